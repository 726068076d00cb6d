/** Example conversations of the WhatsApp inbox of Toko Melati. */
import { chloe, intan, maya, nadia, putri, rina, sari, teguh } from './contacts.js';
import { melatiWhatsApp } from './inboxes.js';
import { talk, them, us, whatsappId } from './talk.js';

export const melatiWhatsAppTalks = [
  talk(whatsappId(rina), rina, melatiWhatsApp, 2, [
    them('1d 5h 20m', 'Halo kak 🙏'),
    them('1d 5h 19m', 'Blus Kenanga yang warna sage masih ada ukuran M?'),
    us('1d 5h 8m', 'Halo Kak Rina 🌿 Masih, tinggal 3 potong. Mau yang lengan 7/8 atau panjang?'),
    them('1d 4h 55m', 'Yang 7/8 kak. Sama rok lilitnya sekalian, yang cokelat'),
    us(
      '1d 4h 41m',
      'Siap. Totalnya:\n• Blus Kenanga sage M — Rp289.000\n• Rok lilit cokelat — Rp245.000\n• Ongkir Bandung (reguler) — Rp14.000\n\nJumlah Rp548.000',
    ),
    them('1d 4h 30m', 'Oke, saya transfer nanti ya'),
    us('1d 4h 28m', 'Baik Kak, kami simpan sampai besok jam 12 🙏'),
    them('22m', 'Maaf baru sempat, semalam ketiduran 😅'),
    them('4m', 'Sudah saya transfer ya kak, Rp548.000 dari rekening atas nama suami. Bisa dikirim hari ini?'),
  ]),
  talk(whatsappId(sari), sari, melatiWhatsApp, 0, [
    them('2d 6h', 'Kak, paketnya sudah sampai tapi ukurannya kebesaran 😢'),
    us('2d 5h 50m', 'Aduh, maaf ya Kak Sari. Boleh tukar ukuran, selama label belum dilepas. Mau ganti ke S?'),
    them('2d 5h 44m', 'Iya S. Ongkirnya siapa yang tanggung?'),
    us('2d 5h 40m', 'Ongkir kirim balik dari Kakak, ongkir penggantinya kami yang tanggung.'),
    them('1d 3h', 'Sudah saya kirim kak, resi SMG-0042-7781'),
    us('3h 12m', 'Paketnya sudah kami terima. Ukuran S berangkat hari ini, resi menyusul ya 🙏'),
  ]),
  talk(whatsappId(putri), putri, melatiWhatsApp, 1, [
    them('5h 30m', 'Kak, untuk seragam lamaran bisa pesan 20 potong?'),
    us('5h 12m', 'Bisa banget Kak Putri! Mau kebaya modern atau tunik? Untuk 12 potong ke atas ada harga grosir.'),
    them('4h 58m', 'Kebaya modern warna dusty pink. Ukurannya campur, S sampai XXL'),
    us(
      '4h 45m',
      'Estimasi Rp335.000 per potong untuk 20 potong, pengerjaan 3 minggu. Boleh kami kirim contoh kainnya?',
    ),
    them('38m', 'Boleh kak. Acaranya tanggal 19 bulan depan, keburu nggak ya?'),
  ]),
  talk(whatsappId(maya), maya, melatiWhatsApp, 0, [
    them('6d 2h', 'Kak, mau tanya poin member saya berapa?'),
    us('6d 1h 50m', 'Halo Kak Maya, poinnya 340. Sudah bisa ditukar potongan Rp50.000 🎉'),
    them('6d 1h 42m', 'Wah, pakai untuk pembelian berikutnya aja'),
    us('6d 1h 40m', 'Siap, kami catat. Berlaku sampai akhir tahun ya Kak.'),
  ]),
  talk(whatsappId(intan), intan, melatiWhatsApp, 3, [
    them('1d 20h', 'Min, pesanan TM-20418 kok belum dikirim? Sudah 4 hari'),
    us('1d 19h 30m', 'Mohon maaf Kak Intan, kami cek dulu ke gudang ya.'),
    us('1d 18h', 'Ternyata motifnya sempat kosong, Kak. Stok baru datang lusa. Mau tunggu atau kami refund?'),
    them('2h 40m', 'Refund saja kak, acaranya keburu lewat'),
    them('2h 38m', 'Berapa lama dananya kembali?'),
    them('1h 15m', 'Halo? Tolong dibalas ya'),
  ]),
  talk(whatsappId(teguh), teguh, melatiWhatsApp, 0, [
    them('2d 1h', 'Permisi, saya cari kado untuk istri. Budget 500 ribuan'),
    us('2d 45m', 'Halo Pak Teguh! Bisa kami bantu. Istri biasanya pakai ukuran apa, dan suka warna kalem atau cerah?'),
    them('2d 30m', 'Ukuran L sepertinya. Warna kalem'),
    us('2d 12m', 'Rekomendasi kami: outer Senandung warna mocca (Rp425.000) dan pashmina senada (Rp89.000).'),
    us('2d 11m', 'Sudah termasuk kotak kado dan kartu ucapan 🎁'),
    them('1d 9h', 'Bagus pak/bu. Kartunya tolong ditulis: "Selamat ulang tahun, Bun. Terima kasih untuk semuanya."'),
    us('1d 8h 40m', 'Siap Pak, sudah kami tulis tangan. Ini nomor resinya: KDR-0019-3350'),
    them('7h 50m', 'Sudah sampai, istri saya senang sekali. Terima kasih banyak 🙏'),
    us('7h 42m', 'Ikut senang, Pak Teguh! Salam untuk Ibu ☺️'),
  ]),
  talk(whatsappId(nadia), nadia, melatiWhatsApp, 0, [
    them('4d 3h', 'Kak, kirim ke Makassar berapa hari ya?'),
    us('4d 2h 48m', 'Reguler 3–5 hari, ekspres 1–2 hari Kak Nadia.'),
    them('4d 2h 40m', 'Oke ekspres aja, saya checkout lewat sini ya'),
    us('4d 2h 20m', 'Boleh. Mohon kirim nama penerima, alamat lengkap dan kode pos ya Kak.'),
    them('3d 22h', 'Nadia Safitri, Jl. Contoh Raya No. 8, Makassar 90000'),
    us('3d 21h 30m', 'Terima kasih, sudah kami proses. Resi otomatis terkirim setelah paket dijemput kurir.'),
  ]),
  talk(whatsappId(chloe), chloe, melatiWhatsApp, 0, [
    them('9d 4h', 'Hi! Do you ship to Perth? I’d love two of the batik shirts I saw at the market.'),
    us('9d 3h 30m', 'Hi Chloe! Yes, we ship to Australia. About 7 to 10 days, IDR 310.000 for up to 1 kg.'),
    them('9d 3h 10m', 'Great. Men’s L and women’s S in indigo, please'),
    us('9d 2h 55m', 'Lovely choice. That is IDR 1.180.000 with shipping. Is a card payment link fine for you?'),
    them('9d 2h 50m', 'Yes please'),
    us('9d 2h 40m', 'Sent to your e-mail. It stays open for 24 hours.'),
    them('8d 20h', 'Paid! Could you wrap them separately? One is a gift'),
    us('8d 19h 50m', 'Of course, with a card in one of them. Thank you, Chloe!'),
    them('21h', 'They arrived today, beautifully wrapped. My brother won’t take his off 😄'),
  ]),
];

/** Example conversations of Kirana Studio. */
import { aisha, citra, lia, maya, putri, rizky, sofia } from './contacts.js';
import { kiranaInstagram, kiranaWeb } from './inboxes.js';
import { talk, them, us } from './talk.js';

export const kiranaStudioTalks = [
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTA1:17841400000000205', putri, kiranaInstagram, 0, [
    them('2d 9h', 'Kak, paket foto lamaran di rumah mulai berapa?'),
    us('2d 8h 40m', 'Hai Kak Putri! Mulai Rp2.800.000: 3 jam, satu fotografer, 80 foto olahan.'),
    them('2d 8h 30m', 'Kalau tambah video pendek?'),
    us('2d 8h 15m', 'Tambah Rp1.500.000, jadi video satu menit dan klip mentah.'),
    them('1d 22h', 'Oke kak, tanggal 19 bulan depan masih kosong?'),
    us('1d 21h 30m', 'Masih kosong. Kami tahan tanggalnya dua hari ya, sambil Kakak diskusi dengan keluarga.'),
    them('6h 20m', 'Jadi kak! DP-nya saya transfer hari ini'),
    us('6h 5m', 'Asyik! Ini tagihannya: KS-1187, DP 30% Rp1.290.000 🙏'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTA3:17841400000000207', maya, kiranaInstagram, 0, [
    them('15d 4h', 'Halo kak, foto keluarga bisa bawa kucing? 😹'),
    us('15d 3h 40m', 'Boleh banget Kak Maya! Kami siapkan bak pasir dan camilan.'),
    them('15d 3h 30m', 'Hahaha oke, dua kucing ya'),
    us('13d 5h', 'Jadwal Kakak: Sabtu jam 10, studio lantai dua. Sampai jumpa, salam untuk kucingnya!'),
    them('11d 6h', 'Hasilnya bagus banget kak, makasih!'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTEz:17841400000000213', citra, kiranaInstagram, 1, [
    them('8h', 'Kak maaf, sesi saya besok bisa geser ke hari Minggu?'),
    us('7h 30m', 'Bisa Kak Citra. Minggu kosong jam 9 pagi atau jam 3 sore.'),
    them('7h 10m', 'Jam 3 sore ya kak. Ada biaya ubah jadwal?'),
    us('7h', 'Gratis, karena masih lebih dari 12 jam sebelumnya.'),
    them('1h 32m', 'Makasih kak 🥹 Make up artist-nya ikut pindah juga kan?'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTE4:17841400000000218', lia, kiranaInstagram, 0, [
    them('4d 9h', 'Min, akhir tahun ada promo paket keluarga lagi nggak?'),
    us('4d 8h 30m', 'Ada Kak Lia, dibuka tanggal 1. Pelanggan lama dapat akses dua hari lebih awal.'),
    them('4d 8h 20m', 'Mantap, kabari ya. Kami sembilan orang tahun ini'),
    us('4d 8h 10m', 'Wah, tambah ramai! Nanti kami bantu pilih paketnya.'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTI4:17841400000000228', aisha, kiranaInstagram, 0, [
    them('5d 8h', 'Hi! I’m visiting Jakarta in December. Do you do 30-minute portrait sessions?'),
    us('5d 7h 30m', 'Hi Aisha! We do: 30 minutes, ten retouched photos, IDR 750.000.'),
    them('5d 7h 20m', 'Is there a prayer room nearby? And a female photographer if possible'),
    us('5d 7h', 'Both, yes. Laras would shoot you, and the prayer room is on our floor.'),
    them('4d 12h', 'Amazing. 12 December, late morning?'),
    us('4d 11h', 'Booked for 11.00. You will get a reminder two days before.'),
    them('1d 10h', 'Could I bring my sister for a few shots together?'),
    us('1d 9h', 'Of course, two people are included. See you both soon!'),
  ]),
  talk('7d15e0c9-3b62-4a91-8f4d-5a0c7e911414', rizky, kiranaWeb, 0, [
    them('1d 15h', 'Saya butuh pas foto untuk visa Jepang hari ini, bisa?'),
    us('1d 14h 50m', 'Bisa Mas Rizky, buka sampai jam 20. Cetak 15 menit, Rp65.000 isi enam.'),
    them('1d 14h 40m', 'Ukuran 4,5 × 4,5 latar putih ya'),
    us('1d 14h 36m', 'Betul, sudah sesuai syarat. Langsung datang saja.'),
    them('1d 11h', 'Sudah beres, cepat sekali. Terima kasih!'),
  ]),
  talk('c3a84f2b-95d0-4e17-a6c8-1b9f0d7e1818', lia, kiranaWeb, 0, [
    them('133d 3h', 'Permisi, tautan unduh fotonya kok kedaluwarsa ya?'),
    us('133d 2h 30m', 'Halo Kak Lia, sudah kami perpanjang 30 hari. Silakan dicoba lagi.'),
    them('133d 2h', 'Berhasil. Terima kasih!'),
  ]),
  talk('91e6b7d3-48fa-4c05-bd32-6e2a9f0c2323', sofia, kiranaWeb, 0, [
    them('1d 4h', 'Hello, we are a team of 14 and need new headshots. Can you come to our office?'),
    us('1d 3h 40m', 'Hi Sofia, gladly! We bring lights and a backdrop and need a room of about 3 × 4 m.'),
    them('1d 3h 20m', 'That works. How long per person, and what does it cost?'),
    us('1d 3h', 'Ten minutes each. IDR 3.900.000 for up to 15 people, two retouched photos per person.'),
    them('18h', 'Could you send a quote to our finance team? They need a tax invoice.'),
    us('17h 30m', 'Quote KS-1190 is on its way to your e-mail, tax invoice after the shoot.'),
    them('10h', 'Approved! Next Tuesday at 9?'),
    us('9h 40m', 'Tuesday at 9 it is. We arrive at 8.15 to set up.'),
  ]),
];

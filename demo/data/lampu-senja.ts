/** Example conversations of Lampu Senja. */
import { agus, daniel, dimas, emma, hendra, rina } from './contacts.js';
import { senjaWeb, senjaWhatsApp } from './inboxes.js';
import { talk, them, us, whatsappId } from './talk.js';

export const lampuSenjaTalks = [
  talk(whatsappId(dimas), dimas, senjaWhatsApp, 2, [
    them('2d 23h', 'Permisi, lampu gantung Rotan 40 cm cocok untuk meja makan 160 cm?'),
    us('2d 13h', 'Halo Mas Dimas. Untuk meja 160 cm lebih pas dua buah 30 cm, jarak 60 cm.'),
    them('2d 12h 30m', 'Plafon saya 2,7 m, kabelnya bisa dipotong?'),
    us('2d 12h 10m', 'Bisa, kabel bawaan 1,5 m dan kami potong gratis. Idealnya 75 cm di atas meja.'),
    them('2h 10m', 'Oke saya ambil dua yang 30 cm'),
    them('2h 8m', 'Bohlamnya termasuk atau beli terpisah?'),
  ]),
  talk(whatsappId(hendra), hendra, senjaWhatsApp, 0, [
    them('1d 8h', 'Pak, penawaran 24 downlight untuk proyek Graha sudah jadi?'),
    us('1d 7h 20m', 'Sudah Pak Hendra: 24 unit 9 W warm white, Rp4.560.000 termasuk PPN.'),
    them('1d 7h', 'Boleh nego? Kita sudah sering kerja sama'),
    us('1d 6h 10m', 'Untuk Bapak kami bisa Rp4.280.000, garansi dua tahun.'),
    them('11h 30m', 'Deal. PO saya kirim hari ini, kirim ke gudang Tangerang ya'),
    us('11h', 'Terima kasih Pak. PO kami tunggu, barang siap Rabu.'),
    them('4h 20m', 'PO sudah di email, nomor GR-0231'),
    us('4h 2m', 'Diterima. Faktur pajak menyusul bersama surat jalan 🙏'),
  ]),
  talk(whatsappId(agus), agus, senjaWhatsApp, 0, [
    them('6d 9h', 'Lampu dinding yang saya beli bulan Maret berkedip terus'),
    us('6d 8h 30m', 'Maaf Pak Agus. Apakah berkedip juga dengan bohlam lain?'),
    them('6d 7h', 'Iya sama saja, sudah dicoba dua bohlam'),
    us('6d 6h 30m', 'Berarti drivernya. Masih garansi, teknisi kami bisa datang Kamis pagi.'),
    them('6d 6h', 'Kamis saya di luar kota. Sabtu?'),
    us('6d 5h 40m', 'Sabtu jam 10 ya Pak, sudah kami jadwalkan ulang.'),
    us('2d 4h', 'Pak Agus, teknisi kami sudah selesai. Semoga lampunya awet!'),
    them('2d 3h', 'Sudah normal lagi. Pelayanannya cepat, terima kasih'),
  ]),
  talk(whatsappId(emma), emma, senjaWhatsApp, 1, [
    them('3d 6h', 'Hi! The paper lantern arrived with a dent on one side 😕'),
    us('3d 5h 30m', 'Oh no, sorry Emma. Could you send a photo? We’ll replace it straight away.'),
    them('3d 5h', 'Photo sent. The box was fine so it must have been packed that way.'),
    us('3d 4h 10m', 'Clear, thank you. A new one leaves tomorrow, and the driver picks up the old one.'),
    them('1d 6h', 'New one is perfect. Thanks for the quick fix!'),
    us('1d 5h', 'Great to hear. Anything else for the new house?'),
    them('17m', 'Actually yes: four matching table lamps for the guest rooms. Any chance of a bundle price?'),
  ]),
  talk('f27c05ab-6e18-4d93-9b40-8c1e3a7d0101', rina, senjaWeb, 0, [
    them('20d 2h', 'Halo, ada lampu tidur yang bisa redup? Untuk kamar anak'),
    us('20d 1h 40m', 'Halo! Ada seri Kunang, tiga tingkat redup dan tanpa kedip. Rp189.000.'),
    them('20d 1h 30m', 'Aman kalau menyala semalaman?'),
    us('20d 1h 20m', 'Aman, hanya 2 W dan tidak panas. Banyak dipakai untuk kamar bayi.'),
    them('19d 23h', 'Oke saya pesan satu warna kuning'),
    us('19d 22h', 'Sudah kami proses, sampai di Bandung lusa ya Kak.'),
  ]),
  talk('2b9e61d4-0f7c-4a38-8e15-d3c5b6a40808', hendra, senjaWeb, 0, [
    them('44d 5h', 'Apakah ada harga khusus untuk kontraktor?'),
    us('44d 4h 30m', 'Ada Pak: diskon 12% mulai 20 unit, dan tempo 14 hari setelah tiga pesanan.'),
    them('44d 4h', 'Baik, saya hubungi lewat WhatsApp untuk proyek berikutnya'),
  ]),
  talk('d50f8e37-c1a9-4b62-a7f3-2e9b4c611919', emma, senjaWeb, 0, [
    them('38d 6h', 'Hi there, do you deliver to Canggu?'),
    us('38d 5h 45m', 'Hi Emma! Yes, twice a week, free above IDR 1.000.000.'),
    them('38d 5h 30m', 'Brilliant. Is the arc lamp in stock in black?'),
    us('38d 5h 20m', 'One left on the floor, and six more next Monday. Shall I hold the one?'),
    them('38d 5h', 'Yes please! Ordering now.'),
  ]),
  talk('a6d3f912-57be-4c04-9d81-0b7e5c2f2525', daniel, senjaWeb, 0, [
    them('13h', 'Hi, order LS-7720 was charged twice on my card.'),
    us('12h 20m', 'Hi Daniel, sorry about that. I can see both charges and have voided the second one.'),
    them('12h 10m', 'Thanks. When does it show up?'),
    us('12h', 'Usually within three working days, depending on your bank.'),
    them('5h 45m', 'It’s already back. Also, can I change the shade to linen before it ships?'),
    us('5h 25m', 'Changed to linen, no extra cost. It leaves tomorrow morning.'),
  ]),
];

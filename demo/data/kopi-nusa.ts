/** Example conversations of Kopi Nusa. */
import { bagas, fajar, liam, marcus, noah, priya, wayan, yusuf } from './contacts.js';
import { kopiWeb, kopiWhatsApp } from './inboxes.js';
import { talk, them, us, whatsappId } from './talk.js';

export const kopiNusaTalks = [
  talk(whatsappId(bagas), bagas, kopiWhatsApp, 1, [
    them('14d 2h', 'Mas, pesanan rutin ya: 10 kg House Blend, 4 kg Gayo'),
    us('14d 1h 50m', 'Siap Mas Bagas. Sangrai Senin, kirim Selasa. Totalnya Rp2.630.000.'),
    them('14d 1h 30m', 'Oke. Faktur ke CV Tepi Rasa seperti biasa'),
    us('11d 5h', 'Sudah terkirim, resi YGY-0071-1204. Faktur kami kirim ke email.'),
    them('3h 5m', 'Mas, minggu ini naik jadi 14 kg House Blend bisa? Ada acara di kedai'),
    us('2h 50m', 'Bisa, tapi sangrainya maju ke besok. Gayo tetap 4 kg?'),
    them('12m', 'Tetap 4. Sama minta tolong digiling yang House Blend, untuk mesin espresso'),
  ]),
  talk(whatsappId(yusuf), yusuf, kopiWhatsApp, 0, [
    them('3d 4h', 'Assalamualaikum, bijinya kok ada yang pecah-pecah ya?'),
    us('3d 3h 30m', 'Waalaikumsalam Pak Yusuf. Mohon maaf, boleh kirim foto kemasan dan tanggal sangrainya?'),
    them('3d 3h 10m', 'Tanggal 12, Toraja 500 gram'),
    us('3d 2h', 'Terima kasih Pak. Batch itu memang kurang bagus, kami ganti baru tanpa biaya.'),
    them('3d 1h 40m', 'Alhamdulillah, terima kasih responsnya'),
    us('1d 6h', 'Penggantinya sudah berangkat, resi MLG-0088-4410. Semoga cocok Pak 🙏'),
  ]),
  talk(whatsappId(fajar), fajar, kopiWhatsApp, 0, [
    them('2d 7h', 'Kak, faktur bulan lalu belum masuk ke email saya'),
    us('2d 6h 45m', 'Kami kirim ulang ya Mas Fajar. Ke fajar@ruangpagi.example, betul?'),
    them('2d 6h 40m', 'Betul'),
    us('2d 6h 35m', 'Sudah terkirim. Jatuh temponya kami mundurkan tiga hari karena keterlambatan kami.'),
    them('2d 5h', 'Masuk. Makasih banyak kak'),
  ]),
  talk(whatsappId(wayan), wayan, kopiWhatsApp, 0, [
    them('1d 7h', 'Permisi. Kopi bubuk kemasan 20 gram untuk vila, minimal pesan berapa?'),
    us('1d 6h 40m', 'Halo Pak Wayan. Minimal 200 kemasan dengan stiker vila, Rp3.200 per kemasan.'),
    them('1d 6h 30m', 'Stikernya boleh desain sendiri?'),
    us('1d 6h 22m', 'Boleh. Kirim berkas PDF, ukuran 6 × 4 cm, dan kami kirim contoh cetaknya dulu.'),
    them('9h 10m', 'Ini desainnya, sudah saya email. Mohon dicek warnanya'),
    us('8h 40m', 'Sudah kami terima dan warnanya aman. Contoh cetak kami kirim Kamis 👍'),
  ]),
  talk(whatsappId(liam), liam, kopiWhatsApp, 0, [
    them('7d 3h', 'Hiya! My subscription box was meant to come Monday. Any news?'),
    us('7d 2h 30m', 'Hello Liam. It is held at customs in Leeds, we are on it with the courier.'),
    them('5d 4h', 'Still nothing, and I’m down to instant. It’s dire.'),
    us('5d 3h 40m', 'That won’t do. We have sent a second box by express, on us. It should be there on Friday.'),
    them('2d 23h', 'Both boxes arrived today! Want the spare one back?'),
    us('2d 22h 40m', 'Please keep it, with our apologies. Share it with someone who drinks instant.'),
    them('2d 22h 30m', 'Ha! You’ve a customer for life.'),
  ]),
  talk(whatsappId(marcus), marcus, kopiWhatsApp, 2, [
    them('2d 11h', 'Hi, Marcus from Thorne Brew. We spoke by e-mail about 300 kg of Gayo for January.'),
    us('2d 3h', 'Hi Marcus, good to have you here. We can hold the lot until the 30th.'),
    them('2d 2h 30m', 'What does FOB Belawan look like per kilo at that volume?'),
    us('2d 2h', 'USD 8.40 per kg FOB, grade 1, 60 kg bags. Certificate of origin is included.'),
    them('1d 12h', 'And for a full container?'),
    us('1d 3h', 'USD 7.95 from 18 tonnes. Happy to set up a call with our export desk.'),
    them('1h 50m', 'Let’s do that. Thursday 9 am Eastern?'),
    them('1h 48m', 'Also, can you ship 2 kg of the pre-shipment sample this week?'),
  ]),
  talk('3f0c9a52-6d1e-4b7a-9c11-7f5d2a0b1e02', bagas, kopiWeb, 0, [
    them('25d 5h', 'Halo, saya buka kedai baru. Ada paket untuk pemula?'),
    us('25d 4h 50m', 'Halo! Ada: 5 kg House Blend, kalibrasi giling, dan pelatihan dua jam. Rp1.450.000.'),
    them('25d 4h 40m', 'Menarik. Saya lanjut lewat WhatsApp ya'),
  ]),
  talk('b81d77e4-20c3-4f0e-8a52-91c6e3d4f510', fajar, kopiWeb, 0, [
    them('8d 2h', 'Ada kopi yang rendah asam? Lambung saya sensitif'),
    us('8d 1h 45m', 'Coba Toraja sangrai medium-dark, Mas Fajar. Keasamannya paling lembut.'),
    them('8d 1h 30m', 'Oke, 500 gram ya, giling V60'),
    us('8d 1h 20m', 'Sudah masuk keranjang Mas, tinggal selesaikan pembayaran.'),
  ]),
  talk('5c2ae6f0-9b44-4d8e-b1f7-0e6a8c3d2121', priya, kopiWeb, 0, [
    them('3d 5h', 'Hi, do you deliver to Singapore? A friend at Toko Melati sent me.'),
    us('3d 4h 45m', 'Hi Priya, we do! Flat IDR 180.000, three to four days.'),
    them('3d 4h 35m', 'Two bags of the Kintamani then. Ground for a moka pot please'),
    us('3d 4h 20m', 'Order KN-5531 is in. We grind it the morning it leaves.'),
    them('1d 2h', 'The kitchen smells amazing. Thank you!'),
  ]),
  talk('e49b3d10-7a5f-4c26-92de-4d1f6b8a2222', marcus, kopiWeb, 0, [
    them('19d 6h', 'Looking for an importer-ready supplier of Gayo and Kintamani. Who do I talk to?'),
    us('19d 2h', 'That would be us, and welcome! May I ask for your volumes and your usual port?'),
    them('18d 9h', 'Roughly 300 kg a quarter to start, Baltimore. I’ll follow up by e-mail.'),
    us('18d 2h', 'Perfect, our export desk will reply the same day.'),
  ]),
  talk('0a6f4c88-1d9b-4e73-8b05-c2f7d9e62727', noah, kopiWeb, 1, [
    them('47m', 'Hey, is the cupping class this Saturday still open?'),
    us('44m', 'Hi Noah! Two seats left, 10 am at the roastery. IDR 275.000 with breakfast.'),
    them('40m', 'Can I bring my dad? He takes his coffee with condensed milk and will argue about it'),
    us('36m', 'He will be in good company. Shall I put you both down?'),
    them('9m', 'Yes please, Noah and Graham. Pay there or now?'),
  ]),
];

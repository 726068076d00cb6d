/** Example conversations of the Instagram inbox of Toko Melati. */
import { hannah, nadia, niluh, priya, rina, sari } from './contacts.js';
import { melatiInstagram } from './inboxes.js';
import { talk, them, us } from './talk.js';

export const melatiInstagramTalks = [
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTAx:17841400000000101', rina, melatiInstagram, 0, [
    them('12d 3h', 'Kak, yang di story tadi motifnya apa ya? Cantik banget'),
    us('12d 2h 30m', 'Itu motif Daun Talas, Kak Rina. Rilis Jumat minggu depan jam 10 pagi.'),
    them('12d 2h 25m', 'Ingetin ya kak, takut kehabisan'),
    us('12d 2h 20m', 'Siap, Kakak masuk daftar pertama 💚'),
    us('5d 6h', 'Kak Rina, Daun Talas sudah rilis. Kami simpan satu ukuran M sampai malam ini ya.'),
    them('5d 2h', 'Makasih kak! Pesannya lewat WhatsApp saja ya'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTAz:17841400000000103', sari, melatiInstagram, 0, [
    them('10d 1h', 'Hai kak, ini bahannya katun atau rayon?'),
    us('10d 40m', 'Hai Kak Sari, Blus Kenanga bahannya katun rayon, adem dan tidak menerawang.'),
    them('10d 30m', 'Kalau dicuci mesin aman?'),
    us('10d 21m', 'Aman, putaran lembut dan jangan pakai pemutih ya Kak.'),
    them('10d 15m', 'Oke kak, saya order di web'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTA5:17841400000000109', niluh, melatiInstagram, 1, [
    them('16h', 'Om swastiastu, kebaya putihnya bisa custom lingkar dada 112?'),
    us('15h 20m', 'Om swastiastu, Kak Ayu 🙏 Bisa. Tambah Rp45.000 dan pengerjaan 6 hari.'),
    them('15h', 'Kalau untuk dipakai hari Purnama minggu depan masih sempat?'),
    us('14h 40m', 'Masih sempat kalau ukurannya masuk hari ini. Mohon kirim lingkar dada, pinggang, panjang lengan.'),
    them('55m', 'LD 112, LP 98, lengan 56. DP-nya berapa kak?'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTE2:17841400000000116', nadia, melatiInstagram, 0, [
    them('4d 5h', 'Kak ini ready? (membalas reel kamu)'),
    us('4d 4h 50m', 'Ready Kak Nadia, semua ukuran. Mau lanjut di WhatsApp supaya lebih cepat?'),
    them('4d 4h 10m', 'Boleh kak'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTIx:17841400000000121', priya, melatiInstagram, 0, [
    them('3d 8h', 'Hello! Is the Talas dress lined? I sweat just looking at Singapore weather 😂'),
    us(
      '3d 7h 40m',
      'Hi Priya! Half lined, and the cotton breathes well. Most of our Singapore customers wear it to work.',
    ),
    them('3d 7h 30m', 'Sold. Which size for 38-30-40?'),
    us('3d 7h 22m', 'A size L gives you a relaxed fit, M is more tailored. L if you like to breathe ☺️'),
    them('3d 7h 15m', 'L it is. I also want the coffee from your friends at Kopi Nusa, do you ship together?'),
    us('3d 7h', 'We can’t combine parcels, sorry! But they ship to Singapore too, just ask them on their site.'),
    them('1d 1h', 'Done and done. Tracking says Thursday 🎉'),
    us('23h', 'Perfect. Tell us how it fits!'),
  ]),
  talk('aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTI0:17841400000000124', hannah, melatiInstagram, 2, [
    them('6h', 'Hi, I’m a stylist in Melbourne and I love your indigo pieces.'),
    them('5h 58m', 'Do you do wholesale for small boutiques? Thinking 30 to 40 pieces to start.'),
    us('5h 10m', 'Hi Hannah, thank you! Yes, from 24 pieces, mixed sizes. May I send you the line sheet?'),
    them('31m', 'Please do!'),
    them('29m', 'And what are your lead times for a reorder, roughly?'),
  ]),
];

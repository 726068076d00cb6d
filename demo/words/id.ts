/** The Indonesian texts of the page. */
import type { Words } from '../app/i18n.js';

export const id: Words = {
  chats: 'Obrolan',
  contacts: 'Kontak',
  settings: 'Pengaturan',
  mainNavigation: 'Utama',
  skip: 'Lewati ke isi',

  display: 'Tampilan',
  theme: 'Tema',
  themes: { system: 'Sistem', light: 'Terang', dark: 'Gelap' },
  language: 'Bahasa',

  users: { 'agent-1': 'Agen 1', 'agent-2': 'Agen 2', manager: 'Manajer' },
  roles: {
    'agent-1': 'Memberi status pada percakapan',
    'agent-2': 'Memberi status pada percakapan',
    manager: 'Juga mengatur pipeline',
  },
  signedInAs: (name) => `Masuk sebagai ${name}`,
  signedInAsWho: 'Masuk sebagai',
  signOut: 'Keluar',
  signedOut: 'Anda sudah keluar',
  signInLead: 'Pilih siapa Anda. Demo ini tidak meminta kata sandi.',
  signInAsWho: 'Masuk sebagai',
  accountProblem: 'Server tidak menjawab. Coba lagi.',

  channels: { whatsapp: 'WhatsApp', instagram: 'Instagram', web: 'Obrolan web' },
  today: 'Hari ini',
  yesterday: 'Kemarin',
  you: 'Anda',

  conversationList: 'Percakapan',
  search: 'Cari',
  unread: (n) => `${n} belum dibaca`,
  shown: (shown, all) => (shown === all ? `${all}` : `${shown} dari ${all}`),
  draft: 'Draf',
  noConversationsMatch: 'Tidak ada percakapan yang cocok',
  noContactsMatch: 'Tidak ada kontak yang cocok',
  noMatchHint: 'Coba kurangi status atau gunakan kata lain.',
  showAll: 'Tampilkan semua',

  notFound: 'Percakapan ini tidak ada di sini',
  notFoundHint: 'Mungkin dibuka dari tautan lama.',
  backToList: 'Kembali ke daftar',
  backToConversation: 'Kembali ke percakapan',
  showDetails: 'Tampilkan rincian',
  closeDetails: 'Tutup rincian',

  message: 'Pesan',
  writeReply: 'Tulis balasan…',
  send: 'Kirim',
  sendHint: 'Enter mengirim, Shift + Enter untuk baris baru',
  sent: 'Terkirim',

  details: 'Rincian percakapan',
  inbox: 'Kotak masuk',
  about: 'Tentang',
  phone: 'Telepon',
  handle: 'Akun',
  email: 'Email',
  channel: 'Saluran',
  city: 'Kota',
  spokenLanguage: 'Bahasa',
  firstSeen: 'Pertama terlihat',
  notes: 'Catatan',
  alsoVia: 'Juga terhubung lewat',

  contactList: 'Kontak',
  conversations: (n) => (n === 0 ? 'Belum ada percakapan' : `${n} percakapan`),
  lastActive: 'Terakhir aktif',
  never: 'Belum pernah menulis',

  pipelineManagement: 'Manajemen Pipeline',
  pipelineLead:
    'Setiap percakapan berada di satu langkah pipeline, atau tidak di mana pun. Beri nama dan warna pada setiap langkah, lalu urutkan sesuai perjalanan pelanggan.',
  onlyManagers: 'Hanya manajer yang mengubah pipeline. Anda melihatnya seperti yang mereka atur.',
  whereTitle: 'Di mana tim Anda menemui status ini',
  where: [
    ['Di samping percakapan', 'Di bawah nama kotak masuk, bersama hal lain yang Anda tahu tentang pelanggan.'],
    ['Di atas kotak pesan', 'Supaya status ikut berubah bersama balasan, tanpa meninggalkan papan ketik.'],
    ['Di kedua daftar', 'Saring percakapan menurut status, dan pelanggan menurut status percakapannya.'],
  ],
  goodToKnow: 'Perlu diketahui',
  goodToKnowText:
    'Mengubah nama, warna, atau urutan status tidak menyentuh percakapan. Menghapus status yang dipakai akan menanyakan dulu ke mana percakapannya dipindahkan, dan bisa diurungkan.',
};

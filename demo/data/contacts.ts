/** The example contacts. */
import type { Contact } from './types.js';

/**
 * All fictional. Phone numbers are from ranges reserved for fiction (US 555-01xx, UK 07700 900xxx, Australia
 * 0491 570 xxx) or, for Indonesia, which has none, from a block of zeros. E-mail addresses end in `.example`.
 */
type Details = Omit<Contact, 'id' | 'name' | 'handle' | 'language'> & { handle?: string; language?: string };

function contact(number: number, name: string, details: Details): Contact {
  const handle = details.handle ?? details.phone ?? details.instagram ?? details.email ?? '';
  return { language: 'Bahasa Indonesia', ...details, id: `cnt_${1000 + number}`, name, handle };
}

const english = { language: 'English' } as const;

export const rina = contact(1, 'Rina Kusumawati', {
  phone: '+62 812-0000-0101',
  instagram: '@rina.kusuma.contoh',
  email: 'rina@contoh.example',
  city: 'Bandung',
  firstSeenDays: 412,
  note: 'Ukuran tetap: M, lengan 7/8. Suka dikabari kalau ada motif baru.',
});
export const bagas = contact(2, 'Bagas Prasetyo', {
  phone: '+62 812-0000-0102',
  email: 'bagas@kedaitepi.example',
  city: 'Yogyakarta',
  firstSeenDays: 233,
  note: 'Pemilik Kedai Tepi. Pesan rutin tiap dua minggu, faktur atas nama CV Tepi Rasa.',
});
export const sari = contact(3, 'Sari Wulandari', {
  phone: '+62 812-0000-0103',
  instagram: '@sariwulan.contoh',
  city: 'Semarang',
  firstSeenDays: 96,
});
export const dimas = contact(4, 'Dimas Aditya', {
  phone: '+62 812-0000-0104',
  city: 'Surabaya',
  firstSeenDays: 3,
  note: 'Renovasi ruang makan, plafon 2,7 m.',
});
export const putri = contact(5, 'Putri Anjani', {
  phone: '+62 812-0000-0105',
  instagram: '@putrianjani.contoh',
  city: 'Jakarta Selatan',
  firstSeenDays: 61,
  note: 'Lamaran bulan depan; keluarga besar sekitar 20 orang.',
});
export const yusuf = contact(6, 'Yusuf Hidayat', {
  phone: '+62 812-0000-0106',
  city: 'Malang',
  firstSeenDays: 148,
});
export const maya = contact(7, 'Maya Lestari', {
  phone: '+62 812-0000-0107',
  instagram: '@mayalestari.contoh',
  city: 'Depok',
  firstSeenDays: 305,
  note: 'Lebih suka dihubungi setelah jam 17.',
});
export const hendra = contact(8, 'Hendra Wijaya', {
  phone: '+62 812-0000-0108',
  email: 'hendra@graha.example',
  city: 'Tangerang',
  firstSeenDays: 45,
  note: 'Kontraktor interior. Minta faktur pajak untuk setiap pesanan.',
});
export const niluh = contact(9, 'Ni Luh Ayu Pramesti Kusumaningrum', {
  instagram: '@niluhayu.contoh',
  city: 'Denpasar',
  firstSeenDays: 12,
});
export const fajar = contact(10, 'Fajar Nugroho', {
  phone: '+62 812-0000-0110',
  email: 'fajar@ruangpagi.example',
  city: 'Solo',
  firstSeenDays: 187,
});
export const intan = contact(11, 'Intan Permata Sari', {
  phone: '+62 812-0000-0111',
  city: 'Bekasi',
  firstSeenDays: 78,
});
export const agus = contact(12, 'Agus Setiawan', {
  phone: '+62 812-0000-0112',
  city: 'Bogor',
  firstSeenDays: 520,
  note: 'Pelanggan lama, garansi diperpanjang sampai akhir tahun.',
});
export const citra = contact(13, 'Citra Maharani', {
  instagram: '@citra.m.contoh',
  city: 'Jakarta Barat',
  firstSeenDays: 5,
});
export const rizky = contact(14, 'Rizky Ramadhan', {
  email: 'rizky@contoh.example',
  city: 'Cirebon',
  firstSeenDays: 29,
});
export const wayan = contact(15, 'Wayan Suardana', {
  phone: '+62 812-0000-0115',
  city: 'Ubud',
  firstSeenDays: 340,
  note: 'Vila tujuh kamar, butuh kopi bubuk kemasan kecil untuk tamu.',
});
export const nadia = contact(16, 'Nadia Safitri', {
  phone: '+62 812-0000-0116',
  instagram: '@nadiasafitri.contoh',
  city: 'Makassar',
  firstSeenDays: 54,
});
export const teguh = contact(17, 'Teguh Santoso', {
  phone: '+62 812-0000-0117',
  city: 'Kediri',
  firstSeenDays: 2,
});
export const lia = contact(18, 'Lia Hartono', {
  instagram: '@liahartono.contoh',
  email: 'lia@contoh.example',
  city: 'Jakarta Pusat',
  firstSeenDays: 134,
  note: 'Paket keluarga setiap akhir tahun.',
});
export const emma = contact(19, 'Emma Caldwell', {
  ...english,
  phone: '+44 7700 900142',
  email: 'emma@caldwell.example',
  city: 'Canggu',
  firstSeenDays: 39,
  note: 'Moving into a new house, buying room by room.',
});
export const liam = contact(20, 'Liam O’Sullivan', {
  ...english,
  phone: '+44 7700 900178',
  city: 'Leeds',
  firstSeenDays: 71,
});
export const priya = contact(21, 'Priya Raghunathan', {
  ...english,
  instagram: '@priya.r.example',
  email: 'priya@raghu.example',
  city: 'Singapore',
  firstSeenDays: 110,
});
export const marcus = contact(22, 'Marcus Thorne', {
  ...english,
  phone: '+1 202-555-0143',
  email: 'marcus@thornebrew.example',
  city: 'Washington, DC',
  firstSeenDays: 20,
  note: 'Wholesale buyer, four cafés. Needs certificates of origin.',
});
export const sofia = contact(23, 'Sofia Lindqvist', {
  ...english,
  email: 'sofia@lindqvist.example',
  city: 'Jakarta Selatan',
  firstSeenDays: 8,
});
export const hannah = contact(24, 'Hannah Brooks', {
  ...english,
  instagram: '@hannahbrooks.example',
  city: 'Melbourne',
  firstSeenDays: 16,
});
export const daniel = contact(25, 'Daniel Okafor', {
  ...english,
  email: 'daniel@okafor.example',
  city: 'Seminyak',
  firstSeenDays: 24,
});
export const chloe = contact(26, 'Chloe Tan', {
  ...english,
  phone: '+61 491 570 156',
  city: 'Perth',
  firstSeenDays: 203,
});
export const noah = contact(27, 'Noah Bennett', {
  ...english,
  email: 'noah@bennett.example',
  city: 'Jakarta Selatan',
  firstSeenDays: 1,
});
export const aisha = contact(28, 'Aisha Rahman', {
  ...english,
  instagram: '@aisharahman.example',
  city: 'Kuala Lumpur',
  firstSeenDays: 33,
});

/** Two contacts without conversations. */
const wulan = contact(29, 'Wulan Oktaviani', {
  phone: '+62 812-0000-0129',
  city: 'Pekalongan',
  firstSeenDays: 6,
  note: 'Dari daftar tamu pameran.',
});
const peter = contact(30, 'Peter Haverford', {
  ...english,
  email: 'peter@haverford.example',
  city: 'Bristol',
  firstSeenDays: 90,
});

export const contacts: readonly Contact[] = [
  rina,
  bagas,
  sari,
  dimas,
  putri,
  yusuf,
  maya,
  hendra,
  niluh,
  fajar,
  intan,
  agus,
  citra,
  rizky,
  wayan,
  nadia,
  teguh,
  lia,
  emma,
  liam,
  priya,
  marcus,
  sofia,
  hannah,
  daniel,
  chloe,
  noah,
  aisha,
  wulan,
  peter,
];

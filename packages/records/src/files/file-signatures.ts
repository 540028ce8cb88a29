export interface FileType {
  type: string;
  /** with its dot */
  extension: string;
}

/** How files of a type begin, byte by byte as latin1 text; the first row that fits counts. */
export type Signature = readonly [begins: RegExp, type: string, extension: string];

/** Brands of files that are made of boxes, as MP4 is. */
const BRANDS: readonly (readonly [brands: string, type: string, extension: string])[] = [
  ['avif|avis', 'image/avif', '.avif'],
  ['3gp[1-7]|3gs7|3ge[67]|3gg6', 'video/3gpp', '.3gp'],
  ['3g2[456abc]|KDDI', 'video/3gpp2', '.3g2'],
  ['F4[AB] |M4[BP] |MSNV|NDAS', 'audio/mp4', '.mp4'],
  ['mqt ', 'video/quicktime', '.mqv'],
  ['M4A ', 'audio/x-m4a', '.m4a'],
  ['M4V[ HP]', 'video/x-m4v', '.m4v'],
  ['hei[cx]', 'image/heic', '.heic'],
  ['hev[cx]', 'image/heic-sequence', '.heic'],
  ['mif1|hei[ms]|avic', 'image/heif', '.heif'],
  ['msf1|hev[ms]|avcs', 'image/heif-sequence', '.heif'],
  ['....', 'video/mp4', '.mp4'],
];

/** In the order in which PocketBase tries them. */
export const SIGNATURES: readonly Signature[] = [
  [/^7z\xbc\xaf\x27\x1c/, 'application/x-7z-compressed', '.7z'],
  [/^%PDF-/, 'application/pdf', '.pdf'],
  [/^%!PS-Adobe-/, 'application/postscript', '.ps'],
  [/^8BPS/, 'image/vnd.adobe.photoshop', '.psd'],
  [/^(?=.{37})OggS\0.{23}(?:\x7fFLAC|\x01vorbis|OpusHead|Speex {3})/s, 'audio/ogg', '.oga'],
  [/^(?=.{37})OggS\0.{23}(?:\x80theora|fishead\0|\x01video\0{3})/s, 'video/ogg', '.ogv'],
  [/^OggS\0/, 'application/ogg', '.ogg'],
  [/^\x89PNG\r\n\x1a\n.{29}acTL/s, 'image/apng', '.png'],
  [/^\x89PNG\r\n\x1a\n/, 'image/png', '.png'],
  [/^\xff\xd8\xff/, 'image/jpeg', '.jpg'],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)/, 'image/jxl', '.jxl'],
  [/^.{4}jP[ 2] .{12}jp2 /s, 'image/jp2', '.jp2'],
  [/^.{4}jP[ 2] .{12}jpx /s, 'image/jpx', '.jpf'],
  [/^GIF8[79]a/, 'image/gif', '.gif'],
  [/^RIFF.{4}WEBP./s, 'image/webp', '.webp'],
  [/^MZ/, 'application/vnd.microsoft.portable-executable', '.exe'],
  [/^\x7fELF.{12}(?:\x02\0|\0\x02)/s, 'application/x-executable', ''],
  [/^\x7fELF.{12}(?:\x03\0|\0\x03)/s, 'application/x-sharedlib', '.so'],
  [/^\x7fELF/, 'application/x-elf', ''],
  [/^!<arch>\ndebian-binary/, 'application/vnd.debian.binary-package', '.deb'],
  [/^!<arch>/, 'application/x-archive', '.a'],
  [/^.{257}ustar/s, 'application/x-tar', '.tar'],
  [/^BZh/, 'application/x-bzip2', '.bz2'],
  [/^(?:II\*\0|MM\0\*)/, 'image/tiff', '.tiff'],
  [/^BM.{12}[\x10\x18\x28\x30\x34\x38\x40\x6c\x7c]\0\0\0/s, 'image/bmp', '.bmp'],
  [/^\0\0[\x01\x02]\0/, 'image/x-icon', '.ico'],
  [/^fLaC\0\0\0\x22/, 'audio/flac', '.flac'],
  [/^MThd/, 'audio/midi', '.midi'],
  [/^#!AMR/, 'audio/amr', '.amr'],
  [/^RIFF.{4}WAVE./s, 'audio/wav', '.wav'],
  [/^FORM.{4}AIFF./s, 'audio/aiff', '.aiff'],
  [/^\.snd/, 'audio/basic', '.au'],
  [/^\0\0\x01[\xb0-\xbf]/, 'video/mpeg', '.mpeg'],
  [
    /^(?:\0.{3}ftyp(?:qt {2}|moov)|.{4}(?:moov|mdat|free|skip|pnot)\0|\0\0\0\x08wide)/s,
    'video/quicktime',
    '.mov',
  ],
  ...BRANDS.map(([brands, type, extension]): Signature => [
    new RegExp(`^\\0.{3}ftyp(?:${brands})`, 's'),
    type,
    extension,
  ]),
  [/^\x1aE\xdf\xa3.{0,4000}?B\x82.{1,8}?webm/s, 'video/webm', '.webm'],
  [/^RIFF.{4}AVI LIST./s, 'video/x-msvideo', '.avi'],
  [/^FLV\x01/, 'video/x-flv', '.flv'],
  [/^\x1aE\xdf\xa3.{0,4000}?B\x82.{1,8}?matroska/s, 'video/matroska', '.mkv'],
  [/^\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c/, 'video/x-ms-asf', '.asf'],
  [/^\xff[\xf1\xf9]/, 'audio/aac', '.aac'],
  [/^#EXTM3U\r?\n/, 'application/vnd.apple.mpegurl', '.m3u'],
  [/^\x1f\x8b/, 'application/gzip', '.gz'],
  [/^\xca\xfe\xba\xbe/, 'application/x-java-applet', '.class'],
  [/^[CFZ]WS[\x01-\x20]/, 'application/x-shockwave-flash', '.swf'],
  [/^\0\x01\0\0\0[\x01-\x40]/, 'font/ttf', '.ttf'],
  [/^wOFF/, 'font/woff', '.woff'],
  [/^wOF2/, 'font/woff2', '.woff2'],
  [/^OTTO\0.{7}/s, 'font/otf', '.otf'],
  [/^ttcf/, 'font/collection', '.ttc'],
  [/^\0asm/, 'application/wasm', '.wasm'],
  [/^Rar!\x1a\x07(?:\0|\x01\0)/, 'application/vnd.rar', '.rar'],
  [/^SQLite format 3\0/, 'application/vnd.sqlite3', '.sqlite'],
  [/^AC(?:1\.[45]0|2\.10|100[23469]|101[2458]|102[14]|1032)/, 'image/vnd.dwg', '.dwg'],
  [/^(?:\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe)/, 'application/x-mach-binary', '.macho'],
  [/^icns/, 'image/x-icns', '.icns'],
  [/^(?:[\x22-\x28]\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/, 'application/zstd', '.zst'],
  [/^MSCF\0{4}/, 'application/vnd.ms-cab-compressed', '.cab'],
  [/^\xed\xab\xee\xdb/, 'application/x-rpm', '.rpm'],
  [/^\xfd7zXZ\0/, 'application/x-xz', '.xz'],
  [/^LZIP/, 'application/lzip', '.lz'],
  [/^d8:announce/, 'application/x-bittorrent', '.torrent'],
  [/^gimp xcf/, 'image/x-xcf', '.xcf'],
  [/^glTF[\x01\x02]\0\0\0/, 'model/gltf-binary', '.glb'],
  [/^II\xbc\x01/, 'image/jxr', '.jxr'],
  [/^PAR1/, 'application/vnd.apache.parquet', '.parquet'],
  [/^(?:ID3[\x02-\x04]\0.{5}|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd].)/s, 'audio/mpeg', '.mp3'],
];

const OASIS = 'vnd.oasis.opendocument';

/** What is packed in a zip: its first entries tell. */
export const IN_ZIP: readonly Signature[] = [
  [/^PK\x03\x04.{26}mimetypeapplication\/epub\+zip/s, 'application/epub+zip', '.epub'],
  ...(
    [
      ['text', '.odt'],
      ['spreadsheet', '.ods'],
      ['presentation', '.odp'],
      ['graphics', '.odg'],
      ['formula', '.odf'],
      ['chart', '.odc'],
    ] as const
  ).map(([kind, extension]): Signature => [
    new RegExp(`^PK\\x03\\x04.{26}mimetypeapplication/${OASIS}.${kind}(?!-)`, 's'),
    `application/${OASIS}.${kind}`,
    extension,
  ]),
  [/word\//, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', '.docx'],
  [/xl\//, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '.xlsx'],
  [/ppt\//, 'application/vnd.openxmlformats-officedocument.presentationml.presentation', '.pptx'],
  [/AndroidManifest\.xml/, 'application/vnd.android.package-archive', '.apk'],
  [/META-INF\/MANIFEST\.MF/, 'application/java-archive', '.jar'],
];

const wide = (name: string): RegExp => new RegExp([...name].join('\\0'));

/** Documents of old office programs: the names and classes of their parts tell. */
export const IN_OLE: readonly Signature[] = [
  [/\x0b\x0d\x02\0{5}\xc0\0{6}\x46/, 'application/vnd.ms-outlook', '.msg'],
  [wide('__properties_version'), 'application/vnd.ms-outlook', '.msg'],
  [/[\x10\x20]\x08\x02\0{5}\xc0\0{6}\x46/, 'application/vnd.ms-excel', '.xls'],
  [wide('Workbook'), 'application/vnd.ms-excel', '.xls'],
  [/^.{512}\x09\x08\x10\0\0\x06\x05\0/s, 'application/vnd.ms-excel', '.xls'],
  [/\x10\x8d\x81\x64\x9b\x4f\xcf\x11/, 'application/vnd.ms-powerpoint', '.ppt'],
  [wide('PowerPoint Document'), 'application/vnd.ms-powerpoint', '.ppt'],
  [/[\0\x06\x07]\x09\x02\0{5}\xc0\0{6}\x46/, 'application/msword', '.doc'],
  [wide('WordDocument'), 'application/msword', '.doc'],
];

/** Other names that fields may allow a type by. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'application/gzip': ['application/x-gzip', 'application/x-gunzip'],
  'application/zip': ['application/x-zip', 'application/x-zip-compressed'],
  'application/pdf': ['application/x-pdf'],
  'application/msword': ['application/vnd.ms-word'],
  'application/vnd.ms-powerpoint': ['application/mspowerpoint'],
  'application/vnd.ms-excel': ['application/msexcel'],
  'application/ogg': ['application/x-ogg'],
  'application/vnd.rar': ['application/x-rar-compressed', 'application/x-rar'],
  'application/vnd.sqlite3': ['application/x-sqlite3'],
  'application/vnd.apple.mpegurl': ['audio/mpegurl', 'application/x-mpegurl'],
  'application/x-subrip': ['application/x-srt', 'text/x-srt'],
  'application/rss+xml': ['text/rss'],
  'text/xml': ['application/xml'],
  'text/rtf': ['application/rtf'],
  'text/javascript': ['application/x-javascript', 'application/javascript'],
  'text/x-shellscript': ['text/x-sh', 'application/x-shellscript', 'application/x-sh'],
  'image/apng': ['image/vnd.mozilla.apng'],
  'image/bmp': ['image/x-bmp', 'image/x-ms-bmp'],
  'image/vnd.adobe.photoshop': ['image/x-psd', 'application/photoshop'],
  'audio/mpeg': ['audio/x-mpeg', 'audio/mp3'],
  'audio/midi': ['audio/mid', 'audio/sp-midi', 'audio/x-mid', 'audio/x-midi'],
  'audio/wav': ['audio/x-wav', 'audio/vnd.wave', 'audio/wave'],
  'audio/aiff': ['audio/x-aiff'],
  'audio/mp4': ['audio/x-mp4a'],
  'video/webm': ['audio/webm'],
  'video/3gpp': ['video/3gp', 'audio/3gpp'],
  'video/3gpp2': ['video/3g2', 'audio/3gpp2'],
  'video/x-msvideo': ['video/avi', 'video/msvideo'],
  'video/matroska': ['video/x-matroska'],
  'video/x-ms-asf': ['video/asf', 'video/x-ms-wmv'],
  'font/ttf': ['font/sfnt', 'application/x-font-ttf', 'application/font-sfnt'],
};

/** Whether a file of this type is one of the wanted type; parameters do not matter. */
export function isOfType(contentType: string, wanted: string): boolean {
  const [type, other] = [contentType, wanted].map((text) =>
    (text.split(';')[0] ?? '').trim().toLowerCase(),
  );
  return type === other || (ALIASES[type ?? '']?.includes(other ?? '') ?? false);
}

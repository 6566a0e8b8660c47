/** Headers and URLs as servers really send them, and the name each must become. */

export interface Case {
  readonly what: string;
  readonly disposition?: string;
  readonly url?: string;
  readonly type?: string;
  readonly name: string;
}

/** Text as its UTF-8 bytes look once node has read the header as Latin-1. */
export const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
/** 中文文档 (“Chinese documents”) and 报告（终）(“report (final)”) in GBK; 朱镕基 has a letter GB 2312 lacks. */
const GBK_DOCUMENT = '\xd6\xd0\xce\xc4\xce\xc4\xb5\xb5';
const GBK_REPORT = '\xb1\xa8\xb8\xe6\xa3\xa8\xd6\xd5\xa3\xa9';
const GBK_ZHU = '\xd6\xec\xe9\x46\xbb\xf9';

type Row = readonly [what: string, disposition: string, name: string];
const rows = (list: readonly Row[]): Case[] =>
  list.map(([what, disposition, name]) => ({
    what,
    disposition,
    name,
    url: 'https://host.example/from-url.bin',
  }));

export const PLAIN = rows([
  ['quoted', 'attachment; filename="report.pdf"', 'report.pdf'],
  ['unquoted', 'attachment; filename=report.pdf', 'report.pdf'],
  ['inline counts too', 'inline; filename="photo.jpg"', 'photo.jpg'],
  ['upper-case words', 'ATTACHMENT; FILENAME="Report.PDF"', 'Report.PDF'],
  ['blanks around =', 'attachment; filename = "report.pdf"', 'report.pdf'],
  ['no blank after ;', 'attachment;filename="report.pdf";', 'report.pdf'],
  ['a tab', 'attachment;\tfilename="report.pdf"', 'report.pdf'],
  ['no type', 'filename="report.pdf"', 'report.pdf'],
  ['no type, leading ;', '; filename=report.pdf', 'report.pdf'],
  ['type without ;', 'attachment filename="report.pdf"', 'report.pdf'],
  ['type with :', 'attachment: filename=report.pdf', 'report.pdf'],
  ['type with ,', 'attachment, filename="report.pdf"', 'report.pdf'],
  ['blanks inside', 'attachment; filename="annual report 2024.pdf"', 'annual report 2024.pdf'],
  ['blanks inside, unquoted', 'attachment; filename=annual report 2024.pdf', 'annual report 2024.pdf'],
  ['; inside quotes', 'attachment; filename="a;b;c.txt"; size=3', 'a;b;c.txt'],
  ['= inside quotes', 'attachment; filename="x=1.csv"', 'x=1.csv'],
  ['comma unquoted', 'attachment; filename=Smith, John.pdf', 'Smith, John.pdf'],
  ['escaped quotes', 'attachment; filename="the \\"best\\" of.mp3"', 'the _best_ of.mp3'],
  ['an escaped quote before ;', 'attachment; filename="12\\";34\\".txt"; size=3', '12_;34_.txt'],
  ['bare quotes inside', 'attachment; filename="the "best" of.mp3"', 'the _best_ of.mp3'],
  ['no closing quote', 'attachment; filename="report.pdf', 'report.pdf'],
  ['no closing quote, more', 'attachment; filename="report.pdf; size=5', 'report.pdf'],
  ['no closing quote, a quoted one next', 'attachment; filename="report.pdf; x="5"', 'report.pdf'],
  ['no opening quote', 'attachment; filename=report.pdf"', 'report.pdf'],
  ['apostrophes for quotes', "attachment; filename='report.pdf'", 'report.pdf'],
  ['an apostrophe inside', 'attachment; filename="Bob\'s list.txt"', "Bob's list.txt"],
  ['other parameters before', 'attachment; size=10; creation-date="x; y"; filename="a.txt"', 'a.txt'],
  ['a form field', 'form-data; name="file"; filename="a.txt"', 'a.txt'],
  ['twice, the first', 'attachment; filename="a.txt"; filename="b.txt"', 'a.txt'],
  ['twice, the first empty', 'attachment; filename=""; filename="b.txt"', 'b.txt'],
  ['header sent twice', 'attachment; filename="a.txt", attachment; filename="b.txt"', 'a.txt'],
  ['no ; between', 'attachment; filename="a.txt" filename*=UTF-8\'\'b.txt', 'b.txt'],
  ['another parameter that ends so', 'attachment; xfilename="a.txt"', 'from-url.bin'],
  ['no filename', 'attachment', 'from-url.bin'],
  ['empty header', '', 'from-url.bin'],
  ['empty name', 'attachment; filename=""', 'from-url.bin'],
  ['empty name unquoted', 'attachment; filename=', 'from-url.bin'],
  ['no value', 'attachment; filename', 'from-url.bin'],
  ['blank name', 'attachment; filename="   "', 'from-url.bin'],
  ['one dot', 'attachment; filename="."', 'from-url.bin'],
  ['two dots', 'attachment; filename=".."', 'from-url.bin'],
  ['only dots and blanks', 'attachment; filename=". . ."', 'from-url.bin'],
  ['only control characters', 'attachment; filename="%00%1f"', 'from-url.bin'],
  ['a folder', 'attachment; filename="uploads/"', 'from-url.bin'],
]);

export const PATHS = rows([
  ['up and away', 'attachment; filename="../../etc/passwd"', 'passwd'],
  ['absolute', 'attachment; filename=/etc/cron.d/evil.sh', 'evil.sh'],
  ['Windows path', 'attachment; filename="C:\\x\\y.txt"', 'y.txt'],
  ['Windows path, escaped', 'attachment; filename="C:\\\\x\\\\y.txt"', 'y.txt'],
  ['Windows path, unquoted', 'attachment; filename=C:\\Users\\me\\y.txt', 'y.txt'],
  ['Windows up', 'attachment; filename="..\\..\\autoexec.bat"', 'autoexec.bat'],
  ['Windows folder', 'attachment; filename="C:\\dir\\"', 'from-url.bin'],
  ['Windows folder, more', 'attachment; filename="C:\\dir\\"; filename*=UTF-8\'\'b.txt', 'b.txt'],
  ['share', 'attachment; filename="\\\\\\\\server\\\\share\\\\a.doc"', 'a.doc'],
  ['mixed', 'attachment; filename="a/b\\c/d.txt"', 'd.txt'],
  ['escaped slash', 'attachment; filename="..%2f..%2fevil.sh"', 'evil.sh'],
  ['escaped slash, extended', "attachment; filename*=UTF-8''..%2F..%5Cevil.sh", 'evil.sh'],
  ['in an encoded word', `attachment; filename="=?UTF-8?B?${base64('../evil.sh')}?="`, 'evil.sh'],
  ['NUL before the extension', 'attachment; filename="evil.php%00.jpg"', 'evil.php.jpg'],
  ['drive without a path', 'attachment; filename="C:evil.txt"', 'C_evil.txt'],
  ['NTFS stream', 'attachment; filename="a.txt:hidden.exe"', 'a.txt_hidden.exe'],
]);

export const EXTENDED = rows([
  ['UTF-8', "attachment; filename*=UTF-8''na%C3%AFve%20plan.txt", 'naïve plan.txt'],
  ['with a language', "attachment; filename*=utf-8'en'%e2%82%ac%20rates.pdf", '€ rates.pdf'],
  ['Latin-1', "attachment; filename*=ISO-8859-1''%A3%20rates.txt", '£ rates.txt'],
  ['Shift_JIS', "attachment; filename*=Shift_JIS''%93%FA%96%7B.txt", '日本.txt'],
  ['GBK', "attachment; filename*=GBK''%D6%D0%CE%C4.txt", '中文.txt'],
  ['both, extended first', 'attachment; filename*=UTF-8\'\'%E4%B8%AD.txt; filename="zhong.txt"', '中.txt'],
  ['both, extended last', 'attachment; filename="zhong.txt"; filename*=UTF-8\'\'%E4%B8%AD.txt', '中.txt'],
  ['quoted although it must not', 'attachment; filename*="UTF-8\'\'%E4%B8%AD.txt"', '中.txt'],
  ['blanks not escaped', "attachment; filename*=UTF-8''annual report.pdf", 'annual report.pdf'],
  ['bytes not escaped', `attachment; filename*=UTF-8''${utf8('中文.txt')}`, '中文.txt'],
  ['no charset', "attachment; filename*=''%E4%B8%AD.txt", '中.txt'],
  ['no apostrophes', 'attachment; filename*=%E4%B8%AD.txt', '中.txt'],
  ['one apostrophe', "attachment; filename*=UTF-8'%E4%B8%AD.txt", '中.txt'],
  ['an apostrophe in the name', "attachment; filename*=UTF-8''Bob's%20list.txt", "Bob's list.txt"],
  ['blank before =', "attachment; filename* =UTF-8''a.txt", 'a.txt'],
  ['+ is a plus', "attachment; filename*=UTF-8''c++%2B.txt", 'c+++.txt'],
  ['escaped once only', "attachment; filename*=UTF-8''100%2525.txt", '100%25.txt'],
  ['not UTF-8: the plain one', "attachment; filename*=UTF-8''caf%E9.txt; filename=cafe.txt", 'cafe.txt'],
  ['not UTF-8: the URL', "attachment; filename*=UTF-8''caf%E9.txt", 'from-url.bin'],
  ['unknown charset', "attachment; filename*=KLINGON''a.txt; filename=b.txt", 'b.txt'],
  ['empty: the plain one', "attachment; filename*=UTF-8''; filename=b.txt", 'b.txt'],
  ['continued', 'attachment; filename*0="foo-"; filename*1="bar.html"', 'foo-bar.html'],
  ['continued, out of order', 'attachment; filename*1="bar.html"; filename*0="foo-"', 'foo-bar.html'],
  ['continued, a gap', 'attachment; filename*0="foo.txt"; filename*2="bar.html"', 'foo.txt'],
  ['continued, not from 0', 'attachment; filename*1="foo-"; filename*2="bar.html"', 'from-url.bin'],
  [
    'continued, extended, cut inside a letter',
    'attachment; filename*0*=UTF-8\'\'foo-%c3; filename*1*=%a4; filename*2=".html"',
    'foo-ä.html',
  ],
  ['continued, raw', `attachment; filename*0="${utf8('中')}"; filename*1="${utf8('文.txt')}"`, '中文.txt'],
  ['continued and plain', 'attachment; filename="plain.txt"; filename*0="a"; filename*1=".txt"', 'a.txt'],
  ['continued and extended', "attachment; filename*0=a; filename*1=.txt; filename*=UTF-8''x.txt", 'x.txt'],
]);

export const ENCODED = rows([
  ['B word', `attachment; filename="=?UTF-8?B?${base64('中文.txt')}?="`, '中文.txt'],
  ['B word, unquoted', `attachment; filename==?UTF-8?B?${base64('中文.txt')}?=`, '中文.txt'],
  ['Q word', 'attachment; filename="=?utf-8?Q?caf=C3=A9_menu.pdf?="', 'café menu.pdf'],
  ['Q word, Latin-1', 'attachment; filename="=?ISO-8859-1?Q?foo-=E4.html?="', 'foo-ä.html'],
  ['q word, KOI8-R', 'attachment; filename="=?koi8-r?q?=F0=D2=C9=D7=C5=D4.txt?="', 'Привет.txt'],
  ['with a language', 'attachment; filename="=?UTF-8*fr?Q?=C3=A9t=C3=A9.txt?="', 'été.txt'],
  ['words in a row', 'attachment; filename="=?UTF-8?Q?one_?= =?UTF-8?Q?two.txt?="', 'one two.txt'],
  [
    'cut inside a letter',
    'attachment; filename="=?UTF-8?B?5Lit5g==?= =?UTF-8?B?lociLnR4dA==?="',
    '中文_.txt',
  ],
  ['text after a word', 'attachment; filename="=?UTF-8?Q?r=C3=A9sum=C3=A9?=.pdf"', 'résumé.pdf'],
  ['unknown charset stays', 'attachment; filename="=?x-none?Q?a?=.txt"', '=_x-none_Q_a_=.txt'],
  ['% in a word is a %', 'attachment; filename="=?UTF-8?Q?100%25.txt?="', '100%25.txt'],
  ['percent-escapes', 'attachment; filename="%E4%B8%AD%E6%96%87.txt"', '中文.txt'],
  ['percent-escaped blank', 'attachment; filename=foo%20bar.txt', 'foo bar.txt'],
  ['+ is a plus', 'attachment; filename="c++ notes+1.txt"', 'c++ notes+1.txt'],
  ['a lone %', 'attachment; filename="100%.txt"', '100%.txt'],
  ['escapes that are not UTF-8', 'attachment; filename="caf%E9.txt"', 'caf%E9.txt'],
  ['raw UTF-8', `attachment; filename="${utf8('Übersicht 中文 🎒.txt')}"`, 'Übersicht 中文 🎒.txt'],
  ['raw UTF-8, unquoted', `attachment; filename=${utf8('résumé.pdf')}`, 'résumé.pdf'],
  ['raw UTF-8 as it is, from no header', 'attachment; filename="中文.txt"', '中文.txt'],
  ['Latin-1', 'attachment; filename="caf\xe9.pdf"', 'café.pdf'],
  ['Latin-1, two letters together', 'attachment; filename="Gr\xf6\xdfe.txt"', 'Größe.txt'],
  ['Latin-1, a valid GBK pair', 'attachment; filename="na\xefve.txt"', 'naïve.txt'],
  ['Latin-1, Spanish', 'attachment; filename="Espa\xf1ol a\xf1o.txt"', 'Español año.txt'],
  ['Latin-1, umlauts alone', 'attachment; filename="\xc4\xd6\xdc.txt"', 'ÄÖÜ.txt'],
  ['Latin-1, GBK for a half', 'attachment; filename="\xc4\xd6 Gr\xf6\xdfe.txt"', 'ÄÖ Größe.txt'],
  ['windows-1252', 'attachment; filename="\x93big\x94 \x80 5.txt"', '“big” € 5.txt'],
  ['GBK', `attachment; filename="${GBK_DOCUMENT}.doc"`, '中文文档.doc'],
  ['GBK, among ASCII', `attachment; filename="2024 ${GBK_REPORT} v2.xlsx"`, '2024 报告（终） v2.xlsx'],
  ['GBK, beyond GB 2312', `attachment; filename=${GBK_ZHU}.txt`, '朱镕基.txt'],
]);

type UrlRow = readonly [what: string, url: string, name: string, type?: string];
const urls = (list: readonly UrlRow[]): Case[] =>
  list.map(([what, url, name, type]) => ({ what, url, name, ...(type === undefined ? {} : { type }) }));

export const URLS = urls([
  ['last segment', 'https://host.example/pub/tool-1.2.tar.gz', 'tool-1.2.tar.gz'],
  ['query and fragment are not of it', 'https://host.example/a.zip?token=x/y.exe#z/w', 'a.zip'],
  ['escaped blank', 'https://host.example/my%20file.txt', 'my file.txt'],
  ['+ is a plus', 'https://host.example/c++%20primer+.pdf', 'c++ primer+.pdf'],
  ['escaped letters', 'https://host.example/%E4%B8%AD%E6%96%87.txt', '中文.txt'],
  ['letters not escaped', 'https://host.example/中文.txt', '中文.txt'],
  ['escaped once only', 'https://host.example/a%2520b.txt', 'a%20b.txt'],
  ['not UTF-8', 'https://host.example/%D6%D0%CE%C4.txt', '%D6%D0%CE%C4.txt'],
  ['a lone %', 'https://host.example/100%.txt', '100%.txt'],
  ['an escaped slash', 'https://host.example/o/images%2Fphoto.jpg?alt=media', 'images_photo.jpg'],
  ['escaped dots and slashes', 'https://host.example/..%2f..%2fetc%2fpasswd', '.._.._etc_passwd'],
  ['escaped backslashes', 'https://host.example/C%3A%5Cevil.bat', 'C__evil.bat'],
  ['a session', 'https://host.example/get/file.zip;jsessionid=0A1B2C', 'file.zip'],
  ['NUL', 'https://host.example/a%00b.txt', 'ab.txt'],
  ['decomposed', 'https://host.example/cafe%CC%81.txt', 'café.txt'],
  ['text direction override', 'https://host.example/invoice%E2%80%AEfdp.exe', 'invoicefdp.exe'],
  ['an empty last segment: the host', 'https://host.example/pub/', 'host.example'],
  ['no path: the host', 'https://host.example', 'host.example'],
  ['a page of a host', 'https://host.example/', 'host.example.html', 'text/html'],
  ['the port is not of it', 'http://user:pw@host.example:8080/?q=1', 'host.example'],
  ['an IPv6 host', 'http://[::1]:8080/', '[__1]'],
  ['only dots, escaped', 'https://host.example/x/...', 'host.example'],
  ['a blank', 'https://host.example/%20', 'host.example'],
  ['not a URL', 'nonsense', 'download'],
  ['not a URL, with a type', 'nonsense', 'download.pdf', 'application/pdf'],
]);

export const EXTENSIONS = urls([
  ['none: from the type', 'https://host.example/download', 'download.zip', 'application/zip'],
  ['one: kept', 'https://host.example/a.bin', 'a.bin', 'application/zip'],
  ['another: kept', 'https://host.example/get.php', 'get.php', 'application/pdf'],
  ['double: kept', 'https://host.example/a.tar.zst', 'a.tar.zst', 'application/zstd'],
  ['a version is none', 'https://host.example/tool-1.2.3', 'tool-1.2.3.zip', 'application/zip'],
  ['a volume is one', 'https://host.example/a.7z.001', 'a.7z.001', 'application/x-7z-compressed'],
  ['a sentence is none', 'https://host.example/Dr.%20Strange', 'Dr. Strange.mp4', 'video/mp4'],
  ['a hidden file is complete', 'https://host.example/.htaccess', '.htaccess', 'text/plain'],
  ['a dot at the end is none', 'https://host.example/image.', 'image.jpg', 'image/jpeg'],
  ['octet-stream says nothing', 'https://host.example/blob', 'blob', 'application/octet-stream'],
  ['unknown type', 'https://host.example/blob', 'blob', 'application/x-unheard-of'],
  ['a name of Object', 'https://host.example/blob', 'blob', 'constructor'],
  ['parameters are not of it', 'https://host.example/page', 'page.html', 'Text/HTML; charset=utf-8'],
  ['reserved, then the extension', 'https://host.example/CON', 'CON_.txt', 'text/plain'],
]);

/** Raw text and the safe name it must become. */
export const SAFE: ReadonlyArray<readonly [what: string, raw: string, name: string]> = [
  ['nothing', '', '_'],
  ['dot', '.', '_'],
  ['dots', '..', '_'],
  ['separators', 'a/b\\c', 'a_b_c'],
  ['what Windows forbids', 'a<b>c:d"e|f?g*h', 'a_b_c_d_e_f_g_h'],
  ['C0, DEL and C1', 'a\0b\x1bc\x7fd\x85e\nf\tg', 'abcdefg'],
  ['bidi controls', '\u200ea\u200fb\u061cc\u202ad\u202ee\u2066f\u2069g', 'abcdefg'],
  ['byte order mark', '\ufeffa.txt', 'a.txt'],
  ['joiners stay', '👩\u200d💻 می\u200cخواهم.txt', '👩\u200d💻 می\u200cخواهم.txt'],
  ['lone surrogates', 'a\ud83db\udc00c.txt', 'a\ufffdb\ufffdc.txt'],
  ['a pair stays', '🎒.txt', '🎒.txt'],
  ['NFD to NFC', 'Ame\u0301lie \u1112\u1161\u11ab.txt', 'Amélie 한.txt'],
  ['composed by a removal', 'e\u200e\u0301.txt', 'é.txt'],
  ['leading blanks', '  a.txt', 'a.txt'],
  ['trailing dots and blanks', 'a.txt. . ..', 'a.txt'],
  ['leading dots stay', '..a', '..a'],
  ['inner dots stay', 'a..b', 'a..b'],
  ['device', 'CON', 'CON_'],
  ['device, any case and extension', 'nul.tar.gz', 'nul_.tar.gz'],
  ['device before blanks', 'aux .txt', 'aux_ .txt'],
  ['devices with $', 'conin$.x', 'conin$_.x'],
  ['device', 'CONOUT$', 'CONOUT$_'],
  ['device', 'prn.', 'prn_'],
  ['ports', 'COM0.log', 'COM0_.log'],
  ['ports', 'lpt9', 'lpt9_'],
  ['ports with a superscript', 'COM¹', 'COM¹_'],
  ['ports with a superscript', 'lpt³.txt', 'lpt³_.txt'],
  ['no device', 'COM10', 'COM10'],
  ['no device', 'CONSOLE.txt', 'CONSOLE.txt'],
  ['no device', 'my.con', 'my.con'],
  ['hidden by a control character', 'C\x01ON.txt', 'CON_.txt'],
  ['a journal of nothing', '.satchel', '_.satchel'],
  ['a journal of nothing, dotted', ' .Satchel.', '_.Satchel'],
  ['a partial file is fine', 'a.part', 'a.part'],
];

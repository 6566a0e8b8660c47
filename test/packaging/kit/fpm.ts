// Stands in for fpm, which electron-builder fetches to make packages for Linux: takes its arguments, and lets Debian's
// own tools do the work. `fpm -s dir -t deb|rpm …options… SOURCE=TARGET …`.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface Wanted {
  readonly type: string;
  readonly depends: readonly string[];
  readonly recommends: readonly string[];
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, string>>;
  /** `[source, target]`; of a source that ends in a slash the contents. */
  readonly files: readonly (readonly [string, string])[];
}

/** Scripts of a package, by fpm's option for each: their names in a deb, and in an rpm. */
const SCRIPTS = [
  ['before-install', 'preinst', 'pre'],
  ['after-install', 'postinst', 'post'],
  ['before-remove', 'prerm', 'preun'],
  ['after-remove', 'postrm', 'postun'],
] as const;

/** What an rpm calls them. */
const RPM_PROCESSORS: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

const work = mkdtempSync(join(tmpdir(), 'satchel-fpm-'));
try {
  const wanted = read(process.argv.slice(2));
  const tree = join(work, 'tree');
  for (const [source, target] of wanted.files) place(source, join(tree, target));
  if (wanted.type === 'deb') makeDeb(wanted, tree);
  else if (wanted.type === 'rpm') makeRpm(wanted, tree);
  else throw new Error(`no package of the type ${wanted.type}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function read(args: readonly string[]): Wanted {
  const rest = [...args];
  const given: Record<string, string> = {};
  const [depends, recommends, files]: [string[], string[], [string, string][]] = [[], [], []];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--force') continue;
    if (!arg.startsWith('-')) {
      const at = arg.lastIndexOf('=');
      files.push([arg.slice(0, at), arg.slice(at + 1)]);
      continue;
    }
    const [, name = '', inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const value = inline ?? rest.shift() ?? '';
    if (name === 'd') depends.push(value);
    else if (name === 'deb-recommends') recommends.push(value);
    else given[name] = value;
  }
  return { type: given['t'] ?? '', depends, recommends, options: given, files };
}

function place(source: string, target: string): void {
  mkdirSync(source.endsWith('/') ? target : dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

function makeDeb(wanted: Wanted, tree: string): void {
  const { options, depends, recommends } = wanted;
  const [, ...rest] = (options['description'] ?? '').split('\n');
  const size = execFileSync('du', ['-sk', tree], { encoding: 'utf8' }).split('\t')[0];
  const fields = {
    Package: options['name'],
    Version: options['version'],
    Architecture: options['architecture'],
    Maintainer: options['maintainer'],
    'Installed-Size': size,
    Depends: depends.join(', '),
    Recommends: recommends.join(', '),
    Section: options['category'],
    Priority: options['deb-priority'],
    Homepage: options['url'],
    Description: [
      (options['description'] ?? '').split('\n')[0]?.trim(),
      ...rest.map((line) => ` ${line.trim()}`),
    ].join('\n'),
  };
  const control = join(tree, 'DEBIAN');
  mkdirSync(control);
  const lines = Object.entries(fields).filter(([, value]) => value);
  writeFileSync(join(control, 'control'), `${lines.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`);
  for (const [option, name] of SCRIPTS) {
    const script = options[option];
    if (script === undefined) continue;
    writeFileSync(join(control, name), readFileSync(script));
    chmodSync(join(control, name), 0o755);
  }
  run('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', '-z1', tree, options['package'] ?? '']);
}

function makeRpm(wanted: Wanted, tree: string): void {
  const { options, depends } = wanted;
  const output = options['package'] ?? '';
  const specification = [
    `Name: ${options['name']}`,
    `Version: ${options['version']}`,
    'Release: 1',
    `Summary: ${options['rpm-summary'] ?? options['name']}`,
    `License: ${options['license']}`,
    `Group: ${options['category']}`,
    `Vendor: ${options['vendor']}`,
    `Packager: ${options['maintainer']}`,
    `URL: ${options['url']}`,
    'AutoReqProv: no',
    ...depends.map((each) => `Requires: ${each}`),
    `%description\n${(options['description'] ?? '').trim()}`,
    // A percent sign is a macro there.
    ...SCRIPTS.flatMap(([option, , name]) =>
      options[option] === undefined
        ? []
        : [`%${name}\n${readFileSync(options[option], 'utf8').replaceAll('%', '%%')}`],
    ),
    `%install\ncp -a ${tree}/. %{buildroot}/`,
    `%files\n${filesOf(tree)
      .map((path) => `"${path}"`)
      .join('\n')}`,
  ].join('\n');
  const spec = join(work, 'package.spec');
  writeFileSync(spec, `${specification}\n`);
  const top = join(work, 'rpm');
  run('rpmbuild', [
    ...['-bb', '--quiet', '--target', RPM_PROCESSORS[options['architecture'] ?? ''] ?? ''],
    ...[
      '--define',
      `_topdir ${top}`,
      '--define',
      '_binary_payload w1.gzdio',
      '--define',
      '_build_id_links none',
    ],
    ...['--define', '__os_install_post %{nil}', spec],
  ]);
  const built = execFileSync('find', [top, '-name', '*.rpm'], { encoding: 'utf8' }).trim();
  mkdirSync(dirname(output), { recursive: true });
  cpSync(built, output);
}

/** All files and links, absolute as they are once installed. */
function filesOf(tree: string): string[] {
  const found = execFileSync('find', [tree, '-not', '-type', 'd'], { encoding: 'utf8' });
  return found
    .trim()
    .split('\n')
    .map((path) => path.slice(tree.length));
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..', '..');
const TYPES = join(ROOT, 'node_modules', 'electron', 'electron.d.ts');
/** Where Electron may be imported: see the walls in .dependency-cruiser.mjs. */
const MAIN = ['main/index.ts', 'main/doors/ipc.ts', ...filesIn('main/desktop')];

/** What is asked of an object of Electron: its type as electron.d.ts has it, and a member or an event of it. */
export interface Use {
  readonly type: string;
  readonly member: string;
  readonly event: string | null;
}

const LISTENING = new Set(['on', 'once', 'off', 'addListener', 'removeListener']);

/** All that the desktop's sources ask of Electron, each once, with the types that TypeScript gives to them. */
export function electronUses(): Use[] {
  const program = ts.createProgram([...MAIN.map((path) => join(ROOT, path)), TYPES], {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    lib: ['lib.es2024.d.ts'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
    allowImportingTsExtensions: true,
    noEmit: true,
    // Only these files: nothing else of the project knows Electron.
    noResolve: true,
    strict: true,
  });
  const checker = program.getTypeChecker();
  const uses = new Map<string, Use>();
  const add = (use: Use) => uses.set(`${use.type}.${use.member} ${use.event}`, use);
  const visit = (node: ts.Node): void => {
    for (const use of usesOf(node, checker)) add(use);
    ts.forEachChild(node, visit);
  };
  for (const path of MAIN) {
    const file = program.getSourceFile(join(ROOT, path));
    if (file === undefined) throw new Error(`no source ${path}`);
    visit(file);
  }
  return [...uses.values()];
}

function usesOf(node: ts.Node, checker: ts.TypeChecker): Use[] {
  if (ts.isPropertyAccessExpression(node)) {
    const type = electronType(node.expression, checker);
    if (type === null) return [];
    const member = node.name.text;
    return [{ type, member, event: LISTENING.has(member) ? eventOf(node.parent) : null }];
  }
  if (!ts.isObjectBindingPattern(node)) return [];
  const type = electronType(node, checker);
  if (type === null) return [];
  return node.elements.map(({ propertyName, name }) => ({
    type,
    member: (propertyName ?? name).getText(),
    event: null,
  }));
}

/** The name of its type, if that is Electron's; `typeof Tray` for the class itself. */
function electronType(node: ts.Node, checker: ts.TypeChecker): string | null {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const symbol = type.getSymbol();
  const from = symbol?.declarations?.[0]?.getSourceFile().fileName;
  if (symbol === undefined || from !== TYPES) return null;
  return type.getConstructSignatures().length > 0 ? `typeof ${symbol.name}` : symbol.name;
}

function eventOf(node: ts.Node): string | null {
  const [first] = ts.isCallExpression(node) ? node.arguments : [];
  return first !== undefined && ts.isStringLiteral(first) ? first.text : null;
}

function filesIn(folder: string): string[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true }).map(String);
  return paths.filter((path) => path.endsWith('.ts')).map((path) => `${folder}/${path}`);
}

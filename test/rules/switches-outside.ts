import type { Switch } from './switch-off.ts';

const RULE = 'main/world/address-rule.ts';
const AGENTS = 'main/world/agents.ts';
const GATE = 'main/task/gate.ts';
const HANDLERS = 'main/task/handlers.ts';

/** Rule 30. */
export const OUTSIDE: readonly Switch[] = [
  {
    rule: '30: public addresses only',
    file: RULE,
    find: "if (parsed.range() !== 'unicast') return true;",
    replace: '',
    test: '169.254.169.254 is refused',
  },
  {
    rule: '30: IPv4 in the clothes of IPv6',
    file: RULE,
    find: 'const parsed = ipaddr.process(address);',
    replace: 'const parsed = ipaddr.parse(address);',
    test: '::ffff:8.8.8.8 is allowed',
  },
  {
    rule: '30: global unicast only',
    file: RULE,
    find: 'return parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST);',
    replace: 'return false;',
    test: '4000::1 is refused',
  },
  {
    rule: '30: addresses as they are written',
    file: AGENTS,
    find: 'this.#rule?.demandUrl(url);',
    replace: '',
    test: 'goes to the allowed ones of a name, and to no other',
  },
  {
    rule: '30: the address that is connected to',
    file: AGENTS,
    find: 'const checked = rule === null ? {} : { lookup: rule.lookup };',
    replace: 'const checked = {};',
    test: 'goes to the allowed ones of a name, and to no other',
  },
  {
    rule: '30: each answer of the resolver',
    file: RULE,
    find: 'right.filter(({ address }) => !this.refusesAddress(address))',
    replace: 'right',
    test: 'goes to the allowed ones of a name, and to no other',
  },
  {
    rule: '30: behind a proxy',
    file: AGENTS,
    find: 'if (proxy !== null) await this.#rule?.demandNameToo(url);',
    replace: '',
    test: 'only for names that are public, all of them, as far as can be seen from here',
  },
  {
    rule: '30: names that are not known here',
    file: RULE,
    find: 'addresses.length > 0 && ',
    replace: '',
    test: 'only for names that are public, all of them, as far as can be seen from here',
  },
  {
    rule: '30: refused at once',
    file: GATE,
    find: 'if (rule) rule.demandUrl(parseUrl(text).href);',
    replace: '',
    test: 'are refused wherever one can be given, all or none',
  },
  {
    rule: '30: at each redirect',
    file: RULE,
    find: 'if (isIP(host) === 0 ? isLocalName(host) : this.refusesAddress(host)) throw refused(hostname);',
    replace: '',
    test: 'are not reached by a redirect either',
  },
  {
    rule: '30: before a task is made',
    file: HANDLERS,
    find: 'await gate.demandTasks(all);',
    replace: '',
    test: 'are refused wherever one can be given, all or none',
  },
];

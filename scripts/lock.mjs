import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

const POLL_MS = 200;
const BEAT_MS = 5_000;
// Only for holders whose process cannot be looked up: twelve missed beats.
const SILENT_MS = 60_000;
// Between its creation and its first line a lock is empty, for microseconds.
const EMPTY_MS = 5_000;

/**
 * Runs `work(alsoHeldBy)` while holding the lock file `path`; others wait, having been told through `say`. A lock whose
 * processes have all ended is taken over. `alsoHeldBy(pid)` adds a child that must have ended as well, in case it
 * outlives this process.
 */
export async function withLock(path, work, say) {
  const own = { host: hostname(), processes: [describe(process.pid)] };
  await take(path, own, say);
  const beat = setInterval(() => touch(path), BEAT_MS);
  beat.unref();
  try {
    return await work((pid) => {
      own.processes.push(describe(pid));
      replace(path, JSON.stringify(own));
    });
  } finally {
    clearInterval(beat);
    rmSync(path, { force: true });
  }
}

async function take(path, own, say) {
  let told = false;
  while (!create(path, JSON.stringify(own))) {
    const text = read(path);
    if (text === null) continue;
    if (!isHeld(text, ageOf(path))) {
      breakLock(path, text);
      continue;
    }
    if (!told) say('Waiting for another set-up of this folder to end …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function create(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Renaming picks one winner among several who found the same dead lock; a live lock caught by it is put back. */
function breakLock(path, dead) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== dead) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isHeld(text, age) {
  let lock;
  try {
    lock = JSON.parse(text);
  } catch {
    return age < EMPTY_MS;
  }
  if (lock.host !== hostname()) return age < SILENT_MS;
  return lock.processes.some((each) => isAlive(each, age));
}

function isAlive({ pid, started }, age) {
  if (started !== null) return startOf(pid) === started;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return age < SILENT_MS;
}

function describe(pid) {
  return { pid, started: startOf(pid) };
}

/**
 * When process `pid` started, in clock ticks since boot (proc(5), /proc/PID/stat field 22): a pid is used again, the
 * pair is not. Null when there is no such process, when it is a zombie, or where there is no /proc.
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command's name, in brackets and with any character in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function ageOf(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder is going away under us; the work will say so better.
  }
}

function replace(path, text) {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

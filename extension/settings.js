const DEFAULTS = {
  /** Whether downloads go to Satchel. */
  takesOver: true,
  /** Bytes; smaller ones stay in the browser. */
  smallest: 0,
  /** Hosts whose downloads stay in the browser, one a line. */
  leftAlone: '',
  /** Where a Satchel can be reached that has no native host here, and what lets in there. */
  address: '',
  token: '',
};

/** @returns {Promise<typeof DEFAULTS>} */
export async function settings() {
  return { ...DEFAULTS, ...(await chrome.storage.local.get(Object.keys(DEFAULTS))) };
}

/** @param {Partial<typeof DEFAULTS>} change */
export function saveSettings(change) {
  return chrome.storage.local.set(change);
}

/** Whether downloads of a host stay in the browser: it is in the list, or below one that is (`*.` says no more). */
export function isLeftAlone(host, leftAlone) {
  const hosts = leftAlone
    .toLowerCase()
    .split(/[\s,]+/)
    .map((each) => each.replace(/^\*\./, ''))
    .filter(Boolean);
  return hosts.some((each) => host === each || host.endsWith(`.${each}`));
}

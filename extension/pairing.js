/**
 * Shows a Satchel the code that it has given to its user. Gives what lets in from now on, or null.
 * @param {string} address
 * @param {string} code
 * @returns {Promise<string | null>}
 */
export async function pair(address, code) {
  try {
    const response = await fetch(`${address}/api/v1/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    return response.ok ? (await response.json()).token : null;
  } catch {
    return null;
  }
}

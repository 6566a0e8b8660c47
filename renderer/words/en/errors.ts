/** Of each error: a few words, what happened, and what can be done. What was kept is said where bytes were. */
export const errors = {
  /** Of most errors; those below are about the bytes themselves. */
  kept: 'What you have, {{size}}, is kept.',
  keptOf: {
    'range-ignored': 'The {{size}} that are there cannot be added to.',
    'checksum-mismatch': 'The {{size}} that were received are not the file you wanted.',
    'length-mismatch': 'What is sure of it, {{size}}, is kept.',
    'disk-error': 'What is sure to be on the disk, {{size}}, is kept.',
    'corrupt-journal': 'Nothing of it has been deleted.',
    'archive-corrupt': 'Nothing of it has been deleted.',
  },
  /** What failed is one of several items. */
  inPackage_one: '{{count}} item of this package has failed: {{what}}',
  inPackage_other: '{{count}} items of this package have failed. One of them: {{what}}',
  inPackageNext: 'Try again, give what failed a new link, or finish the package without it.',
  help: 'What you can do',
  notices: 'Messages',
  network: {
    title: 'Connection broke',
    what: 'The connection to the server broke.',
    next: 'Check your connection, then try again.',
  },
  timeout: {
    title: 'Server is silent',
    what: 'The server stopped answering.',
    next: 'Try again later.',
  },
  tls: {
    title: 'Certificate not trusted',
    what: 'The server’s certificate cannot be trusted, so nothing was asked of it.',
    next: 'Check the address and the clock of this computer.',
  },
  dns: {
    title: 'Server not found',
    what: 'The server’s name could not be found.',
    next: 'Check the address and your connection, then try again.',
  },
  'http-status': {
    title: 'Server refused',
    what: 'The server refused the request.',
    next: 'Open the address in a browser to see what the server says.',
  },
  'auth-required': {
    title: 'Sign-in needed',
    what: 'The server wants you to sign in.',
    next: 'Give a link that works without signing in, or add it again with your sign-in.',
  },
  'not-found': {
    title: 'File not found',
    what: 'There is no such file on the server.',
    next: 'Check the address, or give a new link.',
  },
  'url-expired': {
    title: 'Link expired',
    what: 'The link has expired.',
    next: 'Give a fresh link to the same file; the download goes on from where it is.',
  },
  'range-ignored': {
    title: 'Cannot be resumed',
    what: 'The server cannot go on in the middle of this file.',
    next: 'Start over; it is then fetched in one go.',
  },
  'source-changed': {
    title: 'File changed on server',
    what: 'The file changed on the server since you started.',
    next: 'Start over to get the new file, or give a link to the old one.',
  },
  'length-mismatch': {
    title: 'Wrong length',
    what: 'The server sent another number of bytes than it promised.',
    next: 'Try again; if it happens again, the file on the server is damaged.',
  },
  'checksum-mismatch': {
    title: 'Checksum is wrong',
    what: 'The bytes received do not have the expected checksum.',
    next: 'Check the checksum, then start over.',
  },
  'too-many-redirects': {
    title: 'Too many redirects',
    what: 'The server keeps sending us elsewhere.',
    next: 'Check the address, or give a new link.',
  },
  'disk-full': {
    title: 'Disk full',
    what: 'There is no room left on the disk.',
    next: 'Free some space; it goes on by itself when there is room.',
  },
  'disk-error': {
    title: 'Disk error',
    what: 'The disk reported an error.',
    next: 'Check the disk, then try again.',
  },
  permission: {
    title: 'No permission',
    what: 'This file or folder may not be written.',
    next: 'Choose another folder, or change its permissions.',
  },
  'path-unsafe': {
    title: 'Outside the folder',
    what: 'This path lies outside the downloads folder.',
    next: 'Choose a folder inside it.',
  },
  'address-refused': {
    title: 'Address refused',
    what: 'This address may not be fetched.',
    next: 'Use an http or https address that can be reached from outside.',
  },
  'name-conflict': {
    title: 'Name is taken',
    what: 'Something else already has this name.',
    next: 'Choose another name or another folder.',
  },
  'corrupt-journal': {
    title: 'Journal is damaged',
    what: 'The journal of this download cannot be read, so nobody can say which bytes are there.',
    next: 'Start over; what is there is set aside until the new file is done.',
  },
  'archive-corrupt': {
    title: 'Archive is damaged',
    what: 'The archive is damaged.',
    next: 'Fetch it again.',
  },
  'bad-url': {
    title: 'Not an address',
    what: 'This is not an http or https address.',
    next: 'Check the address.',
  },
  'bad-input': {
    title: 'Not understood',
    what: 'This could not be understood.',
    next: 'Check what was typed.',
  },
  'bad-transition': {
    title: 'Not possible now',
    what: 'This cannot be done in the present state.',
    next: 'Look at the state of the download.',
  },
  'not-running': {
    title: 'Not connected',
    what: 'Satchel cannot be reached.',
    next: 'It may be starting or have ended; this window tries again by itself.',
  },
  'already-running': {
    title: 'Already at work',
    what: 'Another Satchel is already at work on this.',
    next: 'Wait for it to end, or end it.',
  },
  unauthorized: {
    title: 'Sign in first',
    what: 'You are not signed in.',
    next: 'Sign in with the token.',
  },
  forbidden: {
    title: 'Not allowed',
    what: 'This is not allowed.',
    next: 'Only the owner of this Satchel can do it.',
  },
  'rate-limited': {
    title: 'Too many requests',
    what: 'There were too many requests in a short time.',
    next: 'Wait a moment, then try again.',
  },
  cancelled: {
    title: 'Stopped',
    what: 'It was stopped.',
    next: 'Try again to go on.',
  },
  internal: {
    title: 'Something went wrong',
    what: 'Something went wrong inside Satchel.',
    next: 'Try again; if it happens again, please report it.',
  },
  actions: {
    retry: 'Try again',
    restart: 'Start over',
    newLink: 'Give a new link…',
    signIn: 'Add with sign-in…',
    folder: 'Choose another folder…',
    rename: 'Rename…',
    browse: 'Open in browser',
    copy: 'Copy address',
    items: 'Show what failed',
    finishWithout: 'Finish without what failed',
    remove: 'Remove…',
  },
} as const;

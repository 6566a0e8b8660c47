/** The most bytes that come in one piece of an upload. */
export const UPLOAD_PIECE_BYTES = 8 * 1024 * 1024;

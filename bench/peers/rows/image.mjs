// Images, whose columns have the same names in every table.

/** The columns. */
export const IMAGE = 'image_url, image_width, image_height, image_blurhash';

/** The image of a row, or null. */
export function image(row) {
  if (row.image_url === null) return null;
  return { url: row.image_url, width: row.image_width, height: row.image_height, blurhash: row.image_blurhash };
}

// Writes a Brotli (.br) and a gzip (.gz) copy beside each compressible file of a folder, at the highest
// level, and prints one line for each file: path, size, Brotli size, gzip size, separated by tabs. A copy
// that would not be smaller is not written and counts with the size of the file.
"use strict";
const { readFile, readdir, rm, writeFile } = require("node:fs/promises");
const { extname, join, relative, sep } = require("node:path");
const { promisify } = require("node:util");
const zlib = require("node:zlib");

const COMPRESSIBLE = new Set([".html", ".css", ".js", ".mjs", ".wasm", ".json", ".svg", ".txt", ".webmanifest", ".map"]);
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

async function compress(path) {
  const content = await readFile(path);
  if (!COMPRESSIBLE.has(extname(path))) return [content.length, content.length, content.length];
  const params = {
    [zlib.constants.BROTLI_PARAM_QUALITY]: zlib.constants.BROTLI_MAX_QUALITY,
    [zlib.constants.BROTLI_PARAM_LGWIN]: zlib.constants.BROTLI_MAX_WINDOW_BITS,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const copies = { ".br": await brotli(content, { params }), ".gz": await gzip(content, { level: 9 }) };
  const sizes = [content.length];
  for (const [suffix, copy] of Object.entries(copies)) {
    const smaller = copy.length < content.length;
    if (smaller) await writeFile(path + suffix, copy);
    sizes.push(smaller ? copy.length : content.length);
  }
  return sizes;
}

async function main(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const copies = paths.filter((path) => path.endsWith(".br") || path.endsWith(".gz"));
  await Promise.all(copies.map((path) => rm(path)));
  const originals = paths.filter((path) => !copies.includes(path)).sort();
  const sizes = await Promise.all(originals.map(compress));
  originals.forEach((path, index) => {
    console.log([relative(folder, path).split(sep).join("/"), ...sizes[index]].join("\t"));
  });
}

main(process.argv[2]).catch((error) => {
  console.error(String(error));
  process.exit(1);
});

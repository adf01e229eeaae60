// `npm run release`: what a release consists of, in release/ (or --into FOLDER): the package as npm packs it, its lockfile, a list of what is in
// it (CycloneDX, from the lockfile's runtime dependencies) and the checksums of all three. It publishes nothing.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from './lib/npm.mjs';
import { prepare, ROOT } from './lib/prepare.mjs';

const { values } = parseArgs({ options: { into: { type: 'string', default: join(ROOT, 'release') } } });
const folder = resolve(values.into);

await prepare();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT));
const stem = filename.replace(/\.tgz$/, '');
const lockfile = `${stem}.package-lock.json`;
const bill = `${stem}.cdx.json`;
copyFileSync(join(ROOT, 'package-lock.json'), join(folder, lockfile));
writeFileSync(join(folder, bill), billOfMaterials());

const sums = [filename, lockfile, bill].map((name) => {
  const sum = createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
  return `${sum}  ${name}\n`;
});
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
console.log(`${folder}:\n${sums.join('')}`);

/** The runtime dependencies as CycloneDX. npm's own `--omit dev` leaves out what a development dependency needs too. */
function billOfMaterials() {
  const { devDependencies: _dev, ...manifest } = readJson('package.json');
  const locked = readJson('package-lock.json');
  const { devDependencies: _lockedDev, ...root } = locked.packages[''];
  const runtime = Object.entries(locked.packages).filter(
    ([path, entry]) => path !== '' && !entry.dev && !entry.optional,
  );
  const place = mkdtempSync(join(tmpdir(), 'genai-extproc-sbom-'));
  try {
    const packages = { '': root, ...Object.fromEntries(runtime) };
    writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(place, 'package-lock.json'), JSON.stringify({ ...locked, packages }));
    return npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], place);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function readJson(name) {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

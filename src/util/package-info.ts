import { readFileSync } from 'node:fs';

/** Name and version of this package: the instrumentation scope, the user agent of exports, the build info. */
export interface PackageInfo {
  name: string;
  version: string;
}

/** Reads `package.json`, which lies two folders above this file in `src/` and in `dist/` alike. */
function readPackageInfo(): PackageInfo {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { name, version };
}

/** This package; read once at start. */
export const PACKAGE: PackageInfo = readPackageInfo();

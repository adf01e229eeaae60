/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  /** In capitals, as `COPY`. */
  name: string;
  /** What follows the name, build arguments filled in. */
  text: string;
}

/** What one `FROM` begins. */
export interface Stage {
  name: string;
  image: string;
  instructions: Instruction[];
}

/** Reads the stages of a Dockerfile. Throws for an instruction before the first `FROM` other than `ARG`. */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  const buildArguments = new Map<string, string>();
  for (const line of joinedLines(text)) {
    const [word = '', ...rest] = line.split(/\s+/);
    const name = word.toUpperCase();
    const argument = rest.join(' ').replace(/\$\{(\w+)\}/g, (all, key: string) => buildArguments.get(key) ?? all);
    if (name === 'ARG') {
      const [key = '', value = ''] = argument.split('=');
      buildArguments.set(key, value);
    } else if (name === 'FROM') {
      const [image = '', , alias] = argument.split(' ');
      stages.push({ name: alias ?? String(stages.length), image, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${name} stands before the first FROM`);
      stage.instructions.push({ name, text: argument });
    }
  }
  return stages;
}

function joinedLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The text of the last instruction of that name in a stage; undefined when it has none. */
export function lastInstruction(stage: Stage, name: string): string | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name)?.text;
}

/** An exec-form argument list, as `["node", "x"]`. Throws for the shell form, which would swallow signals. */
export function execForm(text: string | undefined): string[] {
  const words: unknown = JSON.parse(text ?? '');
  if (!Array.isArray(words)) throw new Error(`not in exec form: ${text}`);
  return words.map(String);
}

/** The variables that a stage's `ENV` instructions set. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions
    .filter((instruction) => instruction.name === 'ENV')
    .flatMap((instruction) => instruction.text.split(' '))
    .filter((pair) => pair !== '')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs);
}

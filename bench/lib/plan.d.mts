export const HELP: string;
export interface Plan {
  help: boolean;
  modes: boolean;
  rounds: number;
  warmUpJob: { durationMillis: number; mostCalls?: number; callsPerSecond?: number };
  scenarios: { name: string; passes?: number; streams?: number; repeats?: number; without?: string[] }[];
  targetNames: string[];
  otherFolder: string | undefined;
  envoyFile: string;
  profileFolder: string | undefined;
  publishes: boolean;
}
export function readPlan(commandArguments: string[]): Plan;

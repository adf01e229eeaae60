/** What a call cost, in USD. */
export interface Cost {
  prompt: number;
  completion: number;
  total: number;
}

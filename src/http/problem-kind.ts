/** What is said of a kind of problem, wherever it occurs. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever reads it can do. */
  readonly advice: string;
}

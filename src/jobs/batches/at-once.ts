/** Does something with each, so many at a time; the answers in the order of the list. @throws what the first that fails throws. */
export async function atOnce<Item, Answer>(
  list: readonly Item[],
  most: number,
  work: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const items = list.entries();
  const run = async (): Promise<void> => {
    for (const [index, item] of items) answers[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(most, list.length) }, run));
  return answers;
}

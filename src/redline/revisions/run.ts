import type { RunProps } from './props.ts';

/** The run that an item came from; neighbouring items of one run are written into one run. */
export interface Run {
  /** Opening tag, such as `<w:r w:rsidR="00AB">`. */
  readonly open: string;
  readonly props: RunProps;
  /** Former properties of a run whose formatting changed. */
  readonly former?: RunProps;
}

/** Text of `w:t` elements, decoded. */
export interface TextItem {
  readonly kind: 'text';
  readonly text: string;
  readonly run: Run;
}

import { type Problem, ProblemError } from '../client/index.ts';

/** A problem in words for whoever looks at the page: what happened, and what to do about it. */
export interface Explanation {
  readonly title: string;
  readonly advice: string;
  /** The same request may work when it is sent again. */
  readonly again: boolean;
}

const OPEN_AND_SAVE =
  'Open it in Word, let Word repair it if it offers to, save it as .docx and choose it again.';
const SAVE_AS = 'Open it in Word and choose File, Save As, Word Document (.docx).';

const WORDS: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  'document/empty': [
    'The file is empty',
    'It may not have finished downloading or copying. Choose it again.',
  ],
  'document/not-a-package': ['This is not a Word document', SAVE_AS],
  'document/not-word': [
    'This Office file is not a Word document',
    'Choose a .docx file. A spreadsheet or a presentation cannot be compared.',
  ],
  'document/legacy-format': ['This is a Word 97–2003 document', SAVE_AS],
  'document/encrypted': [
    'The document is protected by a password',
    'Open it in Word, remove the password under File, Info, Protect Document, save it and choose it again.',
  ],
  'document/damaged-package': ['The document is damaged', OPEN_AND_SAVE],
  'document/damaged-part': ['A part of the document is damaged', OPEN_AND_SAVE],
  'document/dtd-forbidden': ['The document holds something that Word documents may not hold', OPEN_AND_SAVE],
  'limits/exceeded': [
    'The document is too large',
    'Compress its pictures in Word (Picture Format, Compress Pictures), or compare it in parts.',
  ],
  'request/too-large': [
    'The file is too large',
    'Each document may have 50 MB. Compress its pictures in Word, or compare it in parts.',
  ],
  'redline/not-exact': [
    'No redline could be proven exact',
    'You only ever get a redline that gives back both of your documents exactly, and for this pair none was found. Nothing is wrong with your files.',
  ],
  'access/sign-in-required': [
    'You are no longer signed in',
    'Sign in again, in another tab if you like; then try again.',
  ],
  'access/refused': ['That is not allowed', 'Ask an administrator of your organisation.'],
  'options/invalid': ['The author cannot be used', 'Use a name of up to 255 characters.'],
  'work/deadline-exceeded': [
    'The comparison took too long',
    'Compare the documents in parts, such as schedule by schedule.',
  ],
  'work/out-of-memory': [
    'The comparison needed too much memory',
    'Compare the documents in parts, such as schedule by schedule.',
  ],
  'comparison/not-found': [
    'This result is no longer here',
    'Results are kept for one hour. Compare the two documents again.',
  ],
  'comparison/expired': [
    'This result is no longer here',
    'Results are kept for one hour. Compare the two documents again.',
  ],
  'comparison/no-room': [
    'There is no room for another result',
    'Results are kept for one hour. Try again when some of them are gone.',
  ],
  'documents/not-found': [
    'There is no such document',
    'It may have been removed, or the address is not whole. Look for it in the list.',
  ],
  'documents/refused': [
    'Your role in the document does not allow that',
    'Ask one of its owners for another role.',
  ],
  'members/exists': ['They are in already', 'Give them another role in the list.'],
  'members/not-found': ['They are not in any more', 'Someone else took it from them. Reload.'],
  'members/last-owner': ['The document needs an owner', 'Make somebody else an owner first.'],
  'webhooks/not-found': [
    'There is no such webhook',
    'Somebody has removed it, or the message is not of the audit trail. Reload.',
  ],
  'audit/not-signed': [
    'No checkpoint holds the event yet',
    'Checkpoints are signed once a minute. Try again in a minute.',
  ],
  'audit/not-found': ['There is no such event', 'Look for it in the list.'],
  'request/invalid': ['A filter cannot be used', 'Ids are of letters, digits and signs, without blanks.'],
  'access/invalid': [
    'There is nobody of that name',
    'Name somebody who has signed in before, a group of your organisation or one of its domains.',
  ],
  'documents/version-not-found': ['There is no such version', 'Look for it in the history of the document.'],
  'documents/stale': [
    'Changed by someone else',
    'What you see is no longer the latest. Reload, look at what changed, then decide again.',
  ],
  'leases/held': [
    'Somebody works on it alone',
    'Nothing was changed. Try again when they have let it go; owners and administrators can take it over.',
  ],
  'leases/lost': [
    'You do not work on it alone any more',
    'Nothing was changed. Reload, look at what changed, then decide again.',
  ],
  'documents/deleted': ['The document is deleted', 'Restore it first.'],
  'documents/not-deleted': ['The document is not deleted', 'Someone else has restored it already. Reload.'],
  'documents/quota-exceeded': [
    'Your organisation keeps as much as it may',
    'Ask its administrator for more, or have documents removed for good.',
  ],
  'documents/held': [
    'The document is under a legal hold',
    'Nothing of it can be deleted until an administrator releases it.',
  ],
  'documents/not-held': ['The document is not held', 'Somebody has released it already. Reload.'],
  'documents/retained': [
    'The document must be kept longer',
    'A rule of your organisation says so; its labels cannot be taken away before either.',
  ],
  'documents/full': ['The document has as many versions as it may have', 'Copy it, and go on with the copy.'],
  'documents/type-not-supported': [
    'Files of this kind are not kept',
    'Word documents (.docx, .docm, .dotx, .dotm), PDF, PNG, JPEG and TIFF are, by what is in the file.',
  ],
  'documents/damaged': [
    'The file is damaged or incomplete',
    'Save it anew in the program that it comes from, then choose it again.',
  ],
  'documents/protected': [
    'The PDF is protected',
    'Remove the protection in the program that it comes from, then choose it again.',
  ],
  'documents/too-large': [
    'The file is too large',
    'A document may have 50 MB. Pictures can be compressed in Word.',
  ],
  'documents/infected': [
    'The malware scanner refused the file',
    'It was not kept. Have the computer that it comes from looked at.',
  ],
  'uploads/not-found': [
    'The upload was given up',
    'It is kept for a day after something last arrived. Choose the file again.',
  ],
  'uploads/too-many': ['Too many uploads are under way', 'Finish or end some of them, then try again.'],
  'storage/full': ['There is no room left', 'Nothing was changed. Make room on the computer of the service.'],
  'storage/unavailable': [
    'A part of the service does not answer',
    'Nothing was changed. Try again in a moment.',
  ],
  'page/file-changed': [
    'The file cannot be read',
    'It may be a folder, or have been changed or moved since you chose it. Choose it again.',
  ],
  'page/one-file': [
    'One file at a time',
    'A version is one file. Drop new documents on the list of documents.',
  ],
  'page/other-file': ['That is another file', 'Choose the file that was being uploaded, under its old name.'],
  'page/elsewhere': ['It is being uploaded already', 'If not here, then in another tab of this browser.'],
  'service/busy': ['The service is busy', 'Your documents were not compared. Try again in a moment.'],
  'service/stopping': ['The service is just ending', 'Start it again, then try again.'],
  'request/timeout': ['The upload took too long', 'Try again over a faster connection.'],
  'client/unreachable': [
    'The service cannot be reached',
    'See whether Redline is still running on this computer, then try again.',
  ],
  'client/unexpected-answer': [
    'The service answered in a way this page does not understand',
    'Reload the page and try again.',
  ],
};

/** What went wrong, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.name : typeof error;
  return new ProblemError({ code: 'client/unexpected-answer', detail }).problem;
}

const AGAIN =
  /^(service|client|storage)\/|^request\/timeout$|^internal$|^comparison\/no-room|^documents\/unclear$|^uploads\/|^page\/elsewhere$/;

/** Says a problem clearly. A code that the page does not know keeps the service's own words. */
export function explain(problem: Problem): Explanation {
  const [title, advice] = WORDS[problem.code] ?? [problem.title || 'Something went wrong', problem.detail];
  const wait = problem.retryAfterSeconds;
  const more = wait !== undefined && wait > 1 ? ` In about ${wait} seconds there should be room.` : '';
  return { title, advice: `${advice}${more}`, again: AGAIN.test(problem.code) };
}

const NAMES: Readonly<Record<string, string>> = { original: 'Original', modified: 'Modified' };

/** Which document a problem is about, in words. @param files names of the two files, where they are known */
export function subjectOf({ input, story }: Problem, files: Readonly<Record<string, string>>): string {
  const name = NAMES[input ?? ''];
  const file = files[input ?? ''];
  if (name !== undefined) return file === undefined ? `${name} document` : `${name}: ${file}`;
  return story === undefined ? '' : `What stood in the way is in: ${story}.`;
}

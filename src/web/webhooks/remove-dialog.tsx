import { deleteWebhook, type Webhook } from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { useChange } from '../documents/use-change.ts';
import { Dialog } from './dialog.tsx';
import { nameOf } from './words.ts';

interface Props {
  readonly webhook: Webhook;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

/** Asks once more before a webhook goes, as nothing brings its secret back. */
export function RemoveDialog({ webhook, onClose, onRemoved }: Props) {
  const { change, problem, busy, clear } = useChange<void>(onRemoved);
  return (
    <Dialog title={`Remove ${nameOf(webhook)}?`} leave="Keep it" onClose={onClose}>
      {(close) => (
        <>
          {problem && <Notice problem={problem} onAgain={clear} />}
          <p className="hold-hint">
            Nothing more is sent to {webhook.url}. Its secret and what was tried there are gone for good; to
            stop it for a while, disable it.
          </p>
          <div className="hold-actions">
            <button
              type="button"
              className="primary"
              disabled={busy}
              onClick={() =>
                change(
                  () => deleteWebhook(service, webhook.id),
                  () => {
                    close();
                    onRemoved();
                  },
                )
              }
            >
              Remove it
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}

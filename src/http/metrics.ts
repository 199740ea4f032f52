import type { TrailState } from '../audit/index.ts';
import { type EnginePoolState, PRIORITIES, type QueueState } from '../jobs/index.ts';

/** What is measured. */
export interface Figures {
  /** `null` while the queue does not answer. */
  readonly queue: QueueState | null;
  readonly pool: EnginePoolState;
  /** How far the audit trail is from where auditors look, by region, as far as this process knows. */
  readonly audit: Readonly<Record<string, TrailState>>;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Gauges in the text format of Prometheus (0.0.4). They name no tenant, person or document.
 * docs/scaling.md says what each is for; a test holds it to this.
 */
export function metricsText({ queue, pool, audit }: Figures): string {
  const metrics = [
    ...(queue === null ? [] : queueMetrics(queue)),
    ...poolMetrics(pool),
    ...auditMetrics(audit),
  ];
  const up = one('redline_queue_up', 'Whether the queue of jobs answers.', queue === null ? 0 : 1);
  return [up, ...metrics].map(textOf).join('');
}

function queueMetrics({ waiting, delayed, active, dead, workers, slots }: QueueState): Metric[] {
  const byPriority = (value: (of: (typeof waiting)['normal']) => number): Sample[] =>
    PRIORITIES.map((priority) => [{ priority }, value(waiting[priority])]);
  return [
    {
      name: 'redline_queue_waiting_jobs',
      help: 'Jobs that could be begun now.',
      samples: byPriority(({ count }) => count),
    },
    {
      name: 'redline_queue_oldest_waiting_seconds',
      help: 'For how long the job that waits longest could have been begun; 0 where none waits.',
      samples: byPriority(({ oldestMs }) => (oldestMs ?? 0) / 1000),
    },
    one('redline_queue_active_jobs', 'Jobs that workers hold.', active),
    one('redline_queue_delayed_jobs', 'Jobs that are not due yet.', delayed),
    one('redline_queue_dead_jobs', 'Jobs that were given up and wait for somebody to look at them.', dead),
    one('redline_workers', 'Workers that told of themselves within half a minute.', workers),
    one('redline_worker_slots', 'Jobs that all these workers can hold at a time.', slots),
    one(
      'redline_worker_saturation_ratio',
      'Jobs that are held, of those that can be; 1 where there is work and nobody to do it.',
      saturationOf(waiting, active, slots),
    ),
  ];
}

function saturationOf(waiting: QueueState['waiting'], active: number, slots: number): number {
  if (slots > 0) return active / slots;
  return active > 0 || PRIORITIES.some((priority) => waiting[priority].count > 0) ? 1 : 0;
}

function poolMetrics({ threads, running, waiting }: EnginePoolState): Metric[] {
  return [
    one('redline_engine_threads', 'Threads of this process that compare.', threads),
    one('redline_engine_running', 'Threads of this process that are busy.', running),
    one('redline_engine_waiting', 'Work in this process that waits for a thread.', waiting),
  ];
}

function auditMetrics(audit: Figures['audit']): Metric[] {
  const byRegion = (value: (of: TrailState) => number): Sample[] =>
    Object.entries(audit).map(([region, state]) => [{ region }, value(state)]);
  return [
    {
      name: 'redline_audit_lag_seconds',
      help: 'For how long the oldest event that the sink of a region has not got was there; 0 for none.',
      samples: byRegion(({ lagMs }) => lagMs / 1000),
    },
    {
      name: 'redline_audit_undelivered_events',
      help: 'Events of a region that its sink has not got yet.',
      samples: byRegion(({ undelivered }) => undelivered),
    },
    {
      name: 'redline_audit_waiting_events',
      help: 'What happened in a region and is in no chain yet.',
      samples: byRegion(({ waiting }) => waiting),
    },
    one(
      'redline_audit_lost_events',
      'Failures and refusals that could not be kept since the process began.',
      Math.max(0, ...Object.values(audit).map(({ lost }) => lost)),
    ),
  ];
}

function one(name: string, help: string, value: number): Metric {
  return { name, help, samples: [[{}, value]] };
}

function textOf({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => {
    const given = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${given.length > 0 ? `{${given.join(',')}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

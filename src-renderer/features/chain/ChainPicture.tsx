import type { NetworkFacts } from '../../../src-shared/ipc/app-state.ts';
import { type Leg, networkWords } from '../../../src-shared/model/chain.ts';
import { useVisible } from '../../store/visibility.ts';
import styles from './ChainPicture.module.css';
import { LegMark } from './LegMark.tsx';
import { legLine, PICTURE, PLACES } from './leg-geometry.ts';
import { Place, type PlaceKind } from './Place.tsx';

type Props = { readonly legs: readonly Leg[]; readonly network: NetworkFacts | null };

/** The chain as a picture. Chain.tsx says the same in words, so this is hidden from screen readers. */
export function ChainPicture({ legs, network }: Props) {
  const visible = useVisible();
  const kinds: PlaceKind[] = ['laptop', network?.kind ?? 'other', 'hub', 'internet'];
  const labels = [
    'Laptop',
    network === null ? 'Network' : networkWords(network.kind),
    'Hub',
    'Internet',
  ];
  return (
    <div className={styles.chain} data-moving={visible} aria-hidden="true">
      <div className={styles.frame}>
        <svg
          className={styles.picture}
          viewBox={`0 0 ${PICTURE.width} ${PICTURE.height}`}
          aria-hidden="true"
        >
          {legs.map((leg, index) => (
            <LegDrawing key={leg.id} leg={leg} index={index as 0 | 1 | 2} />
          ))}
          {PLACES.map((x, index) => (
            <Place
              key={labels[index]}
              kind={kinds[index] ?? 'other'}
              x={x}
              y={PICTURE.lineY - 4}
              reached={index === 0 || isReached(legs[index - 1])}
            />
          ))}
        </svg>
        {legs.map(
          (leg, index) =>
            leg.health === 'good' && <Packets key={leg.id} index={index as 0 | 1 | 2} />,
        )}
      </div>
      <div className={styles.labels}>
        {labels.map((label, index) => (
          <span key={label} style={{ left: share(PLACES[index] ?? 0) }}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

const isReached = (leg: Leg | undefined) => leg?.health === 'good' || leg?.health === 'doubtful';

const share = (x: number, of: number = PICTURE.width) => `${(x / of) * 100}%`;

function LegDrawing({ leg, index }: { readonly leg: Leg; readonly index: 0 | 1 | 2 }) {
  const { whole, parted, from, to, middle } = legLine(index);
  const { lineY, sag } = PICTURE;
  return (
    <g className={styles.leg} data-tone={leg.health} data-leg={leg.id}>
      <path d={leg.health === 'broken' ? parted : whole} />
      <circle className={styles.cleat} cx={from} cy={lineY} r="2.4" />
      <circle className={styles.cleat} cx={to} cy={lineY} r="2.4" />
      <LegMark
        health={leg.health}
        at={[middle, lineY + sag + (leg.health === 'broken' ? 2 : 14)]}
      />
    </g>
  );
}

// A packet keeps its speed along x and follows the line's parabola by easing y: both are moved by the
// compositor, so that nothing is painted anew for it.
function Packets({ index }: { readonly index: 0 | 1 | 2 }) {
  const { from, to } = legLine(index);
  const { lineY, sag, height } = PICTURE;
  return (
    <span
      className={styles.track}
      style={{
        left: share(from),
        width: share(to - from),
        top: share(lineY, height),
        height: share(sag, height),
        animationDelay: `${index * 0.55}s`,
      }}
    >
      <span className={styles.fall} style={{ animationDelay: `${index * 0.55}s` }}>
        <span className={styles.packet} />
      </span>
    </span>
  );
}

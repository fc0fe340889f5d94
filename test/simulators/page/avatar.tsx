import type { CastMember } from '../page-model.js';

interface AvatarProps {
  readonly name: string;
  readonly colour?: string | undefined;
  readonly kind?: 'person' | 'bot' | 'slackbot';
  readonly size?: 'small' | 'large';
}

export function Avatar({ name, colour = '#6b6f76', kind = 'person', size = 'large' }: AvatarProps) {
  const initials = name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return (
    <span
      className={`avatar ${size} ${kind}`}
      style={{ background: kind === 'person' ? colour : undefined }}
      aria-hidden
    >
      {kind === 'person' ? initials : <span className="lamp" />}
    </span>
  );
}

export const colourOf = (cast: readonly CastMember[], userId: string): string | undefined =>
  cast.find(({ id }) => id === userId)?.colour;

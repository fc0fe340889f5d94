/** The emoji that the bot uses, drawn here: not every machine has a font for them. */
import type { ReactNode } from 'react';

const dot = (fill: string) => <circle cx="10" cy="10" r="8" fill={fill} />;
const mark = (d: string, stroke = '#fff') => (
  <path d={d} fill="none" stroke={stroke} strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" />
);
const square = (inner: ReactNode) => (
  <>
    <rect x="1.5" y="1.5" width="17" height="17" rx="4" fill="#3f4450" />
    {inner}
  </>
);

const pictures: Readonly<Record<string, ReactNode>> = {
  red_circle: dot('#e01e5a'),
  white_circle: <circle cx="10" cy="10" r="7.4" fill="#fff" stroke="#9a9a9f" strokeWidth="1.6" />,
  black_circle: dot('#3f4450'),
  large_green_circle: dot('#2bac76'),
  large_yellow_circle: dot('#ecb22e'),
  black_square_for_stop: square(<rect x="6" y="6" width="8" height="8" rx="1" fill="#fff" />),
  double_vertical_bar: square(<path d="M7.5 6v8M12.5 6v8" stroke="#fff" strokeWidth="2.4" />),
  record_button: square(<circle cx="10" cy="10" r="4.4" fill="#fff" />),
  white_check_mark: (
    <>
      <rect x="1.5" y="1.5" width="17" height="17" rx="4" fill="#2bac76" />
      {mark('M5.5 10.4l3 3 6-6.6')}
    </>
  ),
  x: mark('M4.5 4.5l11 11M15.5 4.5l-11 11', '#e01e5a'),
  no_entry: (
    <>
      {dot('#d72b3f')}
      {mark('M6 10h8')}
    </>
  ),
  no_entry_sign: (
    <>
      <circle cx="10" cy="10" r="7.2" fill="none" stroke="#d72b3f" strokeWidth="2.4" />
      {mark('M5 5l10 10', '#d72b3f')}
    </>
  ),
  warning: (
    <>
      <path d="M10 2.2l8.4 15a.8.8 0 0 1-.7 1.2H2.3a.8.8 0 0 1-.7-1.2z" fill="#f2b32b" />
      {mark('M10 8v4.2M10 15.2v.1', '#4d3800')}
    </>
  ),
  information_source: (
    <>
      <rect x="1.5" y="1.5" width="17" height="17" rx="4" fill="#3d7fd0" />
      {mark('M10 9.6v4.2M10 6.2v.1')}
    </>
  ),
  telephone_receiver: (
    <path
      d="M5.6 2.3c.7-.4 1.5-.2 1.9.5l1.4 2.6c.3.6.2 1.3-.3 1.8L7.3 8.4c.9 1.8 2.5 3.4 4.3 4.3l1.2-1.3c.5-.5 1.2-.6 1.8-.3l2.6 1.4c.7.4.9 1.2.5 1.9-.8 1.6-2.2 3-4 2.9C8.2 16.9 3.1 11.8 2.7 6.3c-.1-1.8 1.3-3.2 2.9-4z"
      fill="#3f4450"
    />
  ),
  hourglass_flowing_sand: (
    <>
      <path
        d="M5 2h10v3.2L11.4 10l3.6 4.8V18H5v-3.2L8.6 10 5 5.2z"
        fill="#e8eef6"
        stroke="#7b8794"
        strokeWidth="1.4"
      />
      <path d="M7.2 5.5h5.6L10 9.2zM6.4 16.8v-1.4L10 12.6l3.6 2.8v1.4z" fill="#e0a33a" />
      {mark('M4 2h12M4 18h12', '#7b8794')}
    </>
  ),
  alarm_clock: (
    <>
      {mark('M3 5.6L6 3M17 5.6L14 3M5.6 16.2L4.2 18M14.4 16.2l1.4 1.8', '#7b8794')}
      <circle cx="10" cy="10.6" r="6.4" fill="#fff" stroke="#e01e5a" strokeWidth="1.8" />
      {mark('M10 7v3.8l2.6 1.6', '#3f4450')}
    </>
  ),
  bulb: (
    <>
      <path
        d="M10 2a5.6 5.6 0 0 1 3.3 10.1c-.6.5-.8 1-.8 1.7h-5c0-.7-.2-1.2-.8-1.7A5.6 5.6 0 0 1 10 2z"
        fill="#f6c945"
      />
      <path d="M7.8 15.6h4.4M8.6 17.6h2.8" stroke="#7b8794" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
};

/** The picture of an emoji, or null where there is none and the font must do. */
export function Emoji({ name }: { readonly name: string }): ReactNode {
  const picture = pictures[name];
  if (!picture) return null;
  return (
    <svg className="emoji" viewBox="0 0 20 20" role="img" aria-label={`${name.replaceAll('_', ' ')} emoji`}>
      {picture}
    </svg>
  );
}

export const hasPicture = (name: string): boolean => name in pictures;

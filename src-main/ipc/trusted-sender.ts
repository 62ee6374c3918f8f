/** What Electron tells of a sender; the frame is null when it is gone already. */
export type CallEvent = {
  readonly sender: unknown;
  readonly senderFrame: { readonly url: string } | null | undefined;
};

/** The page that may call: the main frame of the present window, while it shows our own origin. */
export type TrustedPage = {
  readonly origin: string;
  /** Undefined while there is no window. */
  readonly contents: () => { readonly mainFrame: unknown } | undefined;
};

/** Whether a message comes from the window's own page. */
export function isTrusted({ sender, senderFrame }: CallEvent, page: TrustedPage): boolean {
  const contents = page.contents();
  return (
    contents !== undefined &&
    sender === contents &&
    senderFrame !== null &&
    senderFrame !== undefined &&
    senderFrame === contents.mainFrame &&
    senderFrame.url.startsWith(`${page.origin}/`)
  );
}

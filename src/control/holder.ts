/** Whose request it is; it is answered with {@link toldHeader}. */
export const holderHeader = 'mockmail-holder'

/** How many reports the holder's stream has been given before the answer. */
export const toldHeader = 'mockmail-told'

package fathom.plot;

import org.jspecify.annotations.Nullable;

/** Where live figures are shown if nothing else is said. */
final class StandardDisplay {
    static volatile @Nullable LiveDisplay chosen;

    private StandardDisplay() {}
}

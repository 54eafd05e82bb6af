package fathom.bench.work;

import java.util.Locale;

/**
 * A row of the table: one work, done by both sides in the way that the row says.
 *
 * @param family the heading that it stands under
 * @param name what is printed, unique within the family
 * @param work what is computed
 * @param fathom how Fathom computes it
 * @param libtorch how libtorch computes it
 * @param figure the unit of both figures
 * @param weight how much more time than a small kernel it needs to be measured well
 */
public record Row(
        String family, String name, Work work, FathomMode fathom, LibtorchMode libtorch, Figure figure, double weight) {

    /** How Fathom computes. */
    public enum FathomMode {
        /** As a program does that knows nothing of the other ways. */
        EAGER
    }

    /** How libtorch computes. */
    public enum LibtorchMode {
        /** Its defaults. */
        DEFAULT,
        /** Images and the weights of convolutions in channels-last layout. */
        CHANNELS_LAST,
        /** Forward and loss under autocast to bfloat16. */
        AUTOCAST,
        /** Both. */
        AUTOCAST_CHANNELS_LAST;

        /** {@return whether images and weights lie channels last} */
        public boolean isChannelsLast() {
            return this == CHANNELS_LAST || this == AUTOCAST_CHANNELS_LAST;
        }

        /** {@return whether autocast is on} */
        public boolean isAutocast() {
            return this == AUTOCAST || this == AUTOCAST_CHANNELS_LAST;
        }
    }

    /** The unit of a row's figures. */
    public enum Figure {
        /** Time of one call. */
        TIME,
        /** Floating-point operations per second. */
        FLOPS,
        /** Examples per second. */
        EXAMPLES,
        /** Bytes. */
        BYTES
    }

    /** {@return the row's name with its family, which is unique} */
    public String id() {
        return family + "/" + name.replace(' ', '-').replace(",", "").toLowerCase(Locale.ROOT);
    }
}

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
        /** Operation by operation, in a scope, which gives memory back as the other side's program does. */
        EAGER(""),
        /** As a program does that leaves memory to the collector. */
        NO_SCOPE(", no scope"),
        /** The work captured: traced at first, then replayed. */
        CAPTURED(", captured"),
        /** Captured, forward and loss in mixed precision. */
        CAPTURED_BFLOAT16(", bf16");

        private final String suffix;

        FathomMode(String suffix) {
            this.suffix = suffix;
        }

        /** {@return whether the work is captured} */
        public boolean isCaptured() {
            return this == CAPTURED || this == CAPTURED_BFLOAT16;
        }

        /** {@return whether products compute in bfloat16} */
        public boolean isMixed() {
            return this == CAPTURED_BFLOAT16;
        }
    }

    /** How libtorch computes. */
    public enum LibtorchMode {
        /** Its defaults. */
        DEFAULT(""),
        /** Images and the weights of convolutions in channels-last layout. */
        CHANNELS_LAST(", against channels last"),
        /** Forward and loss under autocast to bfloat16. */
        AUTOCAST(", against autocast"),
        /** Both. */
        AUTOCAST_CHANNELS_LAST(", against autocast channels last"),
        /** Attention by its fused kernel, as PyTorch's layers in Python have it and those in C++ do not. */
        FUSED_ATTENTION(", against fused attention");

        private final String suffix;

        LibtorchMode(String suffix) {
            this.suffix = suffix;
        }

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

    /** A row whose name says, after that of its work, what is not the default of either side. */
    static Row of(
            String family,
            String name,
            Work work,
            FathomMode fathom,
            LibtorchMode libtorch,
            Figure figure,
            double weight) {
        return new Row(family, name + fathom.suffix + libtorch.suffix, work, fathom, libtorch, figure, weight);
    }

    /** {@return the row's name with its family, which is unique} */
    public String id() {
        return family + "/" + name.replace(' ', '-').replace(",", "").toLowerCase(Locale.ROOT);
    }
}

package fathom.bench.work;

import java.util.Locale;

/**
 * A row of the table: a workload, run by both sides in the given modes.
 *
 * @param family the heading of its group
 * @param name the printed name, unique within the family
 * @param work the workload
 * @param fathom Fathom's mode
 * @param libtorch libtorch's mode
 * @param figure the unit of both values
 * @param weight the measuring time, relative to a small kernel
 */
public record Row(
        String family, String name, Work work, FathomMode fathom, LibtorchMode libtorch, Figure figure, double weight) {

    /** Fathom's modes. */
    public enum FathomMode {
        /** Eager in a scope, which frees memory as deterministically as the other side's program does. */
        EAGER(""),
        /** Eager without a scope, with memory left to the garbage collector. */
        NO_SCOPE(", no scope"),
        /** Captured: traced, then replayed. */
        CAPTURED(", captured"),
        /** Captured, with forward pass and loss in mixed precision. */
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

    /** libtorch's modes. */
    public enum LibtorchMode {
        /** Its defaults. */
        DEFAULT(""),
        /** Images and the weights of convolutions in channels-last layout. */
        CHANNELS_LAST(", against channels last"),
        /** Forward and loss under autocast to bfloat16. */
        AUTOCAST(", against autocast"),
        /** Both. */
        AUTOCAST_CHANNELS_LAST(", against autocast channels last"),
        /** Not run: the model exists as an ONNX file alone. */
        NONE(""),
        /** Attention by the fused kernel, which PyTorch's layers in Python use and those in C++ do not. */
        FUSED_ATTENTION(", against fused attention");

        private final String suffix;

        LibtorchMode(String suffix) {
            this.suffix = suffix;
        }

        /** {@return whether images and weights are in channels-last format} */
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
        /** Tokens per second. */
        TOKENS,
        /** Words per second. */
        WORDS,
        /** Bytes. */
        BYTES
    }

    /** {@return a row whose name states the workload and the modes that are not the defaults} */
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

package fathom.bench.measure;

import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.Row;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.LibtorchMode;

/**
 * A side that Fathom is compared with.
 *
 * @param name the name that distinguishes it from other baselines, such as {@code libtorch with MKL}
 * @param library the library; of several baselines with the same one, the better counts
 * @param launcher the launcher of its process
 */
public record Baseline(String name, Library library, Launcher launcher) {
    /** What Fathom is compared with; each gets a ratio of its own. */
    public enum Library {
        /** libtorch. */
        LIBTORCH("libtorch"),
        /** onnxruntime, which runs inference only. */
        ONNXRUNTIME("onnxruntime"),
        /** A program in C, which trains word vectors only. */
        PLAIN_C("plain C"),
        /** The Fathom of another checkout. */
        BEFORE("before");

        private final String title;

        Library(String title) {
            this.title = title;
        }

        /** {@return whether it is measured in a row} */
        public boolean runs(Row row) {
            return switch (this) {
                case LIBTORCH -> row.libtorch() != LibtorchMode.NONE;
                case ONNXRUNTIME ->
                        (row.work() instanceof Inference || row.work() instanceof Encoding e && !e.bfloat16())
                                && row.fathom() == FathomMode.CAPTURED
                                && (row.libtorch() == LibtorchMode.DEFAULT || row.libtorch() == LibtorchMode.NONE);
                case PLAIN_C -> row.work() instanceof WordVectors && row.fathom() == FathomMode.CAPTURED;
                case BEFORE -> true;
            };
        }

        /** {@return whether it is compared with in addition, and is never the baseline} */
        boolean isBeside() {
            return this == ONNXRUNTIME || this == PLAIN_C;
        }

        @Override
        public String toString() {
            return title;
        }
    }
}

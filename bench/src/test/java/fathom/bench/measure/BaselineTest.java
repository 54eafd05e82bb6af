package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.bench.measure.Baseline.Library;
import fathom.bench.work.Row;
import fathom.bench.work.Rows;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselineTest {
    private static List<String> rows(Library library, String pattern) {
        return Rows.matching(pattern).stream().filter(library::runs).map(Row::id).toList();
    }

    @Test
    void onnxruntimeRunsEncodersInFloat32() {
        assertThat(rows(Library.ONNXRUNTIME, "^bert/minilm"))
                .containsExactly("bert/minilm-1-x-16-captured", "bert/minilm-32-x-128-captured");
        assertThat(rows(Library.ONNXRUNTIME, "^(translate|llama|words)/|training-step")).isEmpty();
    }

    @Test
    void plainCRunsWordVectorsAlone() {
        assertThat(rows(Library.PLAIN_C, ".*"))
                .containsExactly("words/skip-gram-adam-captured", "words/skip-gram-sgd-sparse-gradients-captured");
    }

    @Test
    void libtorchRunsAllRowsOfLanguage() {
        String all = "^(translate|bert|llama|words)/";
        assertThat(rows(Library.LIBTORCH, all))
                .hasSameSizeAs(Rows.matching(all))
                .contains(
                        "translate/transformer-batch-64-20-lengths-captured",
                        "llama/llama-300m-decode-bfloat16-captured");
    }
}

package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.testkit.Golden;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Tensors print as PyTorch prints them, to the character. */
class PrintingGoldenTest {

    @TestFactory
    Stream<DynamicTest> texts() {
        Golden tensors = Golden.load("golden/printing.safetensors");
        return Golden.texts("golden/printing.txt").entrySet().stream()
                .map(e -> {
                    String[] name = e.getKey().split(" ");
                    return DynamicTest.dynamicTest(
                            name[0],
                            () -> {
                                Tensor t = tensors.tensor(name[0]);
                                if (name.length > 1) {
                                    t.requiresGrad_();
                                }
                                assertThat(t.toString()).isEqualTo(e.getValue());
                            });
                });
    }

    @org.junit.jupiter.api.Test
    void viewsPrintAsTheirCopies() {
        Tensor t = Golden.load("golden/printing.safetensors").tensor("large/cube");
        for (Tensor view : new Tensor[] {t.transpose(0, 2), t.flip(1), t.select(1, 3), t.narrow(2, 3, 5)}) {
            assertThat(view.toString()).isEqualTo(view.clone().contiguous().toString());
        }
    }
}

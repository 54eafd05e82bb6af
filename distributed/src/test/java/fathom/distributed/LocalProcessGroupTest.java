package fathom.distributed;

import static fathom.Tensors.arange;
import static fathom.Tensors.full;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The collectives of a group of threads; {@code MpiTest} runs the same checks in processes. */
class LocalProcessGroupTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void collectivesHaveTheirDefinedResults(int size) {
        LocalProcessGroup.run(size, CollectiveChecks::all);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64", "BFLOAT16", "INT64", "INT32", "UINT8"})
    void everyTypeIsSummed(DType type) {
        LocalProcessGroup.run(
                3,
                g -> {
                    Tensor x = full(g.rank() + 1, DType.FLOAT32, 7).to(type);
                    g.allReduce(x, ReduceOp.SUM);
                    assertThat(x.toDouble().toDoubleArray()).containsOnly(6);
                });
    }

    @Test
    void bfloat16IsSummedInFloat32AndRoundedOnce() {
        // 256 + 1 is 256 in bfloat16: summed one by one, the ones would be lost
        LocalProcessGroup.run(
                5,
                g -> {
                    Tensor x = tensor(g.rank() == 0 ? 256.0 : 1.0).to(DType.BFLOAT16);
                    g.allReduce(x, ReduceOp.SUM);
                    assertThat(x.item()).isEqualTo(260);
                });
    }

    @Test
    void devicesOfOneMachineTakePart() {
        LocalProcessGroup.run(
                2,
                g -> {
                    Tensor x = arange(3).to(DType.FLOAT32).to(Device.cpu(g.rank()));
                    g.allReduce(x, ReduceOp.SUM);
                    assertThat(x.cpu().toFloatArray()).containsExactly(0, 2, 4);
                });
    }

    @Test
    void aViewIsReducedInPlace() {
        LocalProcessGroup.run(
                2,
                g -> {
                    Tensor whole = arange(6).to(DType.FLOAT32).reshape(2, 3);
                    Tensor column = whole.select(1, 1);
                    g.allReduce(column, ReduceOp.SUM);
                    assertThat(whole.toFloatArray()).containsExactly(0, 2, 2, 3, 8, 5);
                });
    }

    @Test
    void differentCallsAreReported() {
        assertThatThrownBy(() -> LocalProcessGroup.run(2, g -> g.allReduce(zeros(g.rank() + 1), ReduceOp.SUM)))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 0 calls allReduce(1 x FLOAT32, SUM)")
                .hasMessageContaining("rank 1 allReduce(2 x FLOAT32, SUM)");
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                2,
                                g -> {
                                    if (g.rank() == 0) {
                                        g.barrier();
                                    } else {
                                        g.broadcast(zeros(2), 1);
                                    }
                                }))
                .hasMessageContaining("barrier")
                .hasMessageContaining("broadcast(2 x FLOAT32, from rank 1)");
    }

    @Test
    void theFirstFailureEndsAllAndIsNamed() {
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                3,
                                g -> {
                                    if (g.rank() == 1) {
                                        throw new IllegalStateException("no more memory");
                                    }
                                    g.barrier();
                                }))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 1 of 3 failed")
                .hasMessageContaining("no more memory")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void wrongArgumentsAreRefused() {
        ProcessGroup g = LocalProcessGroup.of(1).getFirst();
        assertThatThrownBy(() -> g.broadcast(zeros(2), 1))
                .hasMessage("broadcast: there is no rank 1 among 1 processes");
        assertThatThrownBy(() -> g.allReduce(zeros(DType.INT64, 2), ReduceOp.AVG))
                .hasMessageContaining("allReduce: AVG of INT64 is not supported");
        assertThatThrownBy(() -> g.allReduce(zeros(DType.BOOL, 2), ReduceOp.SUM)).hasMessageContaining("SUM of BOOL");
        assertThatThrownBy(() -> g.send(zeros(2), 0)).hasMessageContaining("rank 0 is this process itself");
        List<ProcessGroup> two = LocalProcessGroup.of(2);
        assertThatThrownBy(() -> two.getFirst().reduceScatter(zeros(3), ReduceOp.SUM))
                .hasMessageContaining("dimension 0 of a tensor of shape [3] is not a multiple of the 2 processes");
        assertThatThrownBy(() -> LocalProcessGroup.of(0)).hasMessageContaining("at least 1 process");
    }

    @Test
    void messagesOfAnotherLengthAreRefused() {
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                2,
                                g -> {
                                    if (g.rank() == 0) {
                                        g.send(zeros(3), 1);
                                    } else {
                                        g.recv(zeros(4), 0);
                                    }
                                }))
                .hasMessageContaining("received a message of 12 bytes");
    }
}

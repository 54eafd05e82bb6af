package fathom.distributed;

import static fathom.Tensors.full;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group over TCP: its members are threads here, which share nothing else. */
class SocketProcessGroupTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static InetSocketAddress master() throws IOException {
        try (var free = new ServerSocket(0)) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
    }

    /** Runs a body in each member; {@return the failures by rank, null where there was none} */
    private static Throwable[] run(int size, Consumer<ProcessGroup> body) throws Exception {
        InetSocketAddress master = master();
        var failures = new Throwable[size];
        var threads = new Thread[size];
        for (int r = size - 1; r >= 0; r--) { // the first process comes last
            int rank = r;
            threads[r] =
                    Thread.ofPlatform()
                            .start(() -> {
                                try (var g = SocketProcessGroup.join(rank, size, master, SOON)) {
                                    try {
                                        body.accept(g);
                                    } catch (Throwable e) {
                                        failures[rank] = e;
                                        g.abort(e);
                                    }
                                } catch (Throwable e) {
                                    failures[rank] = e;
                                }
                            });
        }
        for (Thread t : threads) {
            t.join(60_000);
            assertThat(t.isAlive()).isFalse();
        }
        return failures;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void collectivesHaveTheirDefinedResults(int size) throws Exception {
        assertThat(run(size, CollectiveChecks::all)).containsOnlyNulls();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void largeTensorsArrive(int size) throws Exception {
        long n = 1_000_003; // no multiple of the number of processes
        assertThat(
                        run(
                                size,
                                g -> {
                                    assertThat(g.engine()).isEqualTo("TCP");
                                    Tensor x = full(g.rank() + 1, DType.FLOAT32, n);
                                    g.allReduce(x, ReduceOp.SUM);
                                    assertThat(x.min().item()).isEqualTo(size * (size + 1) / 2.0);
                                    assertThat(x.max().item()).isEqualTo(size * (size + 1) / 2.0);
                                    for (int root = 0; root < size; root++) {
                                        Tensor y = Tensors.arange(n).add(g.rank() == root ? 7 : 0);
                                        g.broadcast(y, root);
                                        assertThat(y.sub(Tensors.arange(n)).sum().item()).isEqualTo(7.0 * n);
                                    }
                                }))
                .containsOnlyNulls();
    }

    /** The same bits as a group of threads, which sums in the order of the ranks too. */
    @Test
    void sumsHaveTheBitsOfOtherGroups() throws Exception {
        var here = new float[3][];
        var there = new float[3][];
        Consumer<ProcessGroup> sum =
                g -> {
                    Tensor x = Tensors.arange(1000).toFloat().mul(0.1).add(1.0 / (g.rank() + 3));
                    g.allReduce(x, ReduceOp.SUM);
                    (g.engine().equals("TCP") ? here : there)[g.rank()] = x.toFloatArray();
                };
        assertThat(run(3, sum)).containsOnlyNulls();
        LocalProcessGroup.run(3, sum);
        assertThat(here[0]).isEqualTo(there[0]).isEqualTo(here[1]).isEqualTo(here[2]);
    }

    @Test
    void differentCallsAreReported() throws Exception {
        Throwable[] failures = run(2, g -> g.allReduce(zeros(g.rank() + 1), ReduceOp.SUM));
        assertThat(failures[0]).isInstanceOf(DistributedException.class).hasMessageContaining("do not agree");
        assertThat(failures[1]).isInstanceOf(DistributedException.class).hasMessageContaining("do not agree");
        assertThat(failures[0].getMessage() + failures[1].getMessage())
                .contains("allReduce(1 x FLOAT32, SUM)")
                .contains("allReduce(2 x FLOAT32, SUM)");
        failures =
                run(
                        2,
                        g -> {
                            if (g.rank() == 0) {
                                g.send(zeros(3), 1);
                            } else {
                                g.recv(zeros(4), 0);
                            }
                        });
        assertThat(failures[1]).hasMessageContaining("received a message of 12 bytes");
    }

    @Test
    void theFirstFailureEndsAllAndIsNamed() throws Exception {
        Throwable[] failures =
                run(
                        4,
                        g -> {
                            g.barrier();
                            if (g.rank() == 2) {
                                throw new IllegalStateException("no more memory");
                            }
                            g.allReduce(zeros(500_000), ReduceOp.SUM);
                        });
        for (int r : new int[] {0, 1, 3}) {
            assertThat(failures[r])
                    .isInstanceOf(DistributedException.class)
                    .hasMessageContaining("rank 2 of 4 failed")
                    .hasMessageContaining("no more memory");
        }
        assertThat(failures[2]).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aProcessThatLeavesEarlyIsNamed() throws Exception {
        Throwable[] failures =
                run(
                        2,
                        g -> {
                            if (g.rank() == 0) {
                                g.barrier();
                            }
                        });
        assertThat(failures[0])
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 1 closed its group before it took part in barrier");
        assertThat(failures[1]).isNull();
    }

    @Test
    void aClosedGroupRefuses() throws Exception {
        var group = SocketProcessGroup.join(0, 1, master(), SOON);
        group.barrier();
        group.close();
        group.close();
        assertThatThrownBy(group::barrier)
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("the group of rank 0 is closed");
    }

    @Test
    void whoDoesNotComeIsNamed() throws Exception {
        InetSocketAddress master = master();
        assertThatThrownBy(() -> SocketProcessGroup.join(0, 3, master, Duration.ofMillis(300)))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("there is no sign of rank 1, 2");
        assertThatThrownBy(() -> SocketProcessGroup.join(1, 3, master, Duration.ofMillis(300)))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 0 did not answer at");
        assertThatThrownBy(() -> SocketProcessGroup.join(3, 3, master, SOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no rank 3 among 3");
    }

    @Test
    void strangersAreTurnedAway() throws Exception {
        InetSocketAddress master = master();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> SocketProcessGroup.join(0, 2, master, SOON));
            boolean said = false;
            while (!said) {
                try (var stranger = new Socket(master.getAddress(), master.getPort())) {
                    byte[] request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                    stranger.getOutputStream().write(request);
                    said = true;
                } catch (ConnectException e) {
                    Thread.sleep(5); // not listening yet
                }
            }
            var second = threads.submit(() -> SocketProcessGroup.join(1, 2, master, SOON));
            ProcessGroup a = first.get();
            ProcessGroup b = second.get();
            var sum = threads.submit(() -> b.sum(2));
            assertThat(a.sum(1)).isEqualTo(3);
            assertThat(sum.get()).isEqualTo(3);
            // both leave, each waiting for the other
            var left = threads.submit(b::close);
            a.close();
            left.get();
        }
    }
}

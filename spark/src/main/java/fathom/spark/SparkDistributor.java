package fathom.spark;

import fathom.distributed.ProcessGroup;
import fathom.distributed.SocketProcessGroup;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Runs a training on the tasks of one Spark job, which form a process group: Spark starts all of them at once (barrier
 * execution mode) or none. PySpark's counterpart is {@code TorchDistributor}.
 *
 * {@snippet :
 * List<String> lines = SparkDistributor.run(frame, 4, task -> {
 *     var net = new DistributedDataParallel(model(), task.group());
 *     var data = task.dataset(o -> o.target("class"));
 *     ...                                       // the usual loop, over the rows of this task
 *     return task.group().rank() == 0 ? "accuracy " + accuracy : "";
 * });
 * }
 *
 * <p>An exception in one task ends the others, whose cause is that one's; Spark then starts all again, as often as
 * {@code spark.stage.maxConsecutiveAttempts} says.
 */
public final class SparkDistributor {
    private static final Duration CONNECTING = Duration.ofMinutes(2);

    private SparkDistributor() {}

    /**
     * What each task does.
     *
     * @param <R> its result, serialisable
     */
    @FunctionalInterface
    public interface Body<R> extends Serializable {
        /**
         * {@return the task's result}
         *
         * @throws Exception any, which ends the job
         */
        R run(SparkTask task) throws Exception;
    }

    /**
     * Distributes the rows evenly over tasks and runs {@code body} in each.
     *
     * @param processes the number of tasks, at most the cluster's slots (cores over {@code spark.task.cpus}), which
     *     must be free at the same time; for more Spark waits, ten minutes by default, and fails
     * @return the results, in the order of the ranks
     * @throws IllegalArgumentException if {@code processes} is less than 1
     */
    public static <R> List<R> run(Dataset<Row> frame, int processes, Body<R> body) {
        if (processes < 1) {
            throw new IllegalArgumentException("SparkDistributor: expected at least 1 process, got " + processes);
        }
        StructType schema = frame.schema();
        JavaRDD<Row> rows = frame.repartition(processes).javaRDD();
        ClassTag<Object> any = ClassTag$.MODULE$.apply(Object.class);
        var task =
                (Function1<scala.collection.Iterator<Row>, scala.collection.Iterator<Object>> & Serializable)
                        part ->
                                CollectionConverters.asScala(
                                        List.<Object>of(
                                                        new Result<>(
                                                                inGroup(
                                                                        schema,
                                                                        CollectionConverters.asJava(part),
                                                                        body)))
                                                .iterator());
        Object collected = rows.rdd().barrier().mapPartitions(task, false, any).collect();
        var results = new ArrayList<R>();
        for (Object one : (Object[]) collected) {
            @SuppressWarnings("unchecked") // what the tasks returned
            var result = (Result<R>) one;
            results.add(result.value());
        }
        return results;
    }

    /** A task's result, which may be null. */
    private record Result<R>(R value) implements Serializable {}

    private static <R> R inGroup(StructType schema, Iterator<Row> rows, Body<R> body) {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(null);
            try (ProcessGroup group = join(server)) {
                try {
                    return body.run(new SparkTask(group, schema, rows));
                } catch (Throwable e) {
                    group.abort(e);
                    throw e;
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tells all tasks where this one listens, through the driver, and connects them. */
    private static ProcessGroup join(ServerSocketChannel server) throws IOException {
        BarrierTaskContext context = BarrierTaskContext.get();
        int rank = context.partitionId();
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        String host = host(context.getTaskInfos()[rank].address());
        // the driver's messages are Spark's own, so that its protection, where it is on, covers this number
        String[] all = context.allGather(host + " " + port + " " + new SecureRandom().nextLong());
        var addresses = new ArrayList<InetSocketAddress>();
        for (String one : all) {
            String[] parts = one.split(" ", -1);
            addresses.add(new InetSocketAddress(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1])));
        }
        long job = Long.parseLong(all[0].split(" ", -1)[2]);
        return SocketProcessGroup.connect(rank, addresses, server, job, CONNECTING);
    }

    /** {@return the host of an executor's address, {@code host:port}, {@code [v6]:port} or {@code host}} */
    static String host(String address) {
        int end = address.lastIndexOf(':');
        boolean hasPort = end > 0 && (address.charAt(end - 1) == ']' || address.indexOf(':') == end);
        String host = hasPort ? address.substring(0, end) : address;
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}

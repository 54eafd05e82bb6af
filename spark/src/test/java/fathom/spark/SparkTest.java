package fathom.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.IterableDataset;
import fathom.data.TensorDataset;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.distributed.parallel.DistributedDataParallel;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.optim.SGD;
import fathom.train.search.Search;
import fathom.train.search.SearchResult;
import fathom.train.search.SearchSpace;
import fathom.train.search.Trial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two executors, which are processes of their own. */
class SparkTest {
    private static final int ROWS = 300;

    @TempDir static Path folder;

    private static SparkSession spark;
    private static Dataset<Row> points;

    @BeforeAll
    static void start() throws Exception {
        // of Spark's home, which pom.xml names, executors need no more: their class path is this JVM's
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        var conf =
                new SparkConf()
                        .setMaster("local-cluster[2,1,1024]")
                        .setAppName("fathom")
                        .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                        .set(
                                "spark.executor.extraJavaOptions",
                                "-XX:+UseSerialGC --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED")
                        .set("spark.driver.host", "localhost")
                        .set("spark.local.dir", folder.resolve("scratch").toString())
                        .set("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                        .set("spark.stage.maxConsecutiveAttempts", "1")
                        // too many tasks are refused at once, not after ten minutes
                        .set("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "1")
                        .set("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                        .set("spark.sql.shuffle.partitions", "2")
                        .set("spark.ui.enabled", "false");
        spark = SparkSession.builder().config(conf).getOrCreate();
        spark.sparkContext().setLogLevel("ERROR");
        var schema =
                new StructType()
                        .add("id", DataTypes.IntegerType)
                        .add("a", DataTypes.DoubleType)
                        .add("b", DataTypes.FloatType)
                        .add("more", DataTypes.createArrayType(DataTypes.DoubleType))
                        .add("class", DataTypes.IntegerType)
                        .add("y", DataTypes.DoubleType);
        var rows = new ArrayList<Row>();
        for (int i = 0; i < ROWS; i++) {
            double a = i % 17 / 8.0 - 1;
            double b = i % 23 / 11.0 - 1;
            double c = i % 5 / 2.0 - 1;
            rows.add(
                    RowFactory.create(
                            i, a, (float) b, new Double[] {c, -c}, a + b > 0 ? 1 : 0, 2 * a - 3 * b + c + 0.5));
        }
        points = spark.createDataFrame(rows, schema).repartition(3).cache();
    }

    @AfterAll
    static void stop() {
        if (spark != null) {
            spark.stop();
        }
    }

    private static Layer network() {
        return new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
    }

    @Test
    void aModelPredictsOnExecutorsWhatItPredictsHere() {
        Layer net;
        try (var _ = new Generator(3).open()) {
            net = network();
        }
        SparkModel model = SparkModel.of(net, SparkTest::network);
        Dataset<Row> scored =
                Inference.predict(points, model, o -> o.features("a", "b", "more").batchSize(64)).orderBy("id");
        assertThat(scored.columns()).endsWith("y", "prediction");
        List<Row> rows = scored.collectAsList();
        TensorDataset all =
                SparkDataset.collect(points.orderBy("id"), o -> o.features("a", "b", "more").target("class"));
        Tensor expected = net.eval().call(all.tensors().getFirst());
        assertThat(rows).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            List<Float> out = rows.get(i).getList(6);
            assertThat(out).hasSize(2);
            for (int k = 0; k < 2; k++) {
                assertThat(out.get(k)).isCloseTo((float) expected.get(i, k).item(), within(1e-6f));
            }
        }
        long[] classes = expected.argmax(1).toLongArray();
        List<Row> classified =
                Inference.predict(points, model, o -> o.features("a", "b", "more").classes(true).output("best"))
                        .orderBy("id")
                        .collectAsList();
        for (int i = 0; i < ROWS; i++) {
            assertThat(classified.get(i).getLong(6)).isEqualTo(classes[i]);
        }

        spark.udf().register("score", Inference.udf(model));
        points.createOrReplaceTempView("points");
        List<Row> bySql =
                spark.sql("SELECT id, score(array(a, b, more[0], more[1])) FROM points ORDER BY id").collectAsList();
        for (int i = 0; i < ROWS; i++) {
            List<Float> out = bySql.get(i).getList(1);
            assertThat(out.get(1)).isCloseTo((float) expected.get(i, 1).item(), within(1e-6f));
        }
    }

    private static org.assertj.core.data.Offset<Float> within(float most) {
        return org.assertj.core.data.Offset.offset(most);
    }

    @Test
    void rowsAreAStreamOfBatches() {
        IterableDataset rows = SparkDataset.stream(points.orderBy("id"), o -> o.features("b", "a").target("y"));
        assertThat(rows.size()).isEqualTo(ROWS);
        for (int epoch = 0; epoch < 2; epoch++) {
            long n = 0;
            double sum = 0;
            for (Batch batch : DataLoader.of(rows, 64)) {
                assertThat(batch.x().shape().dims()).containsExactly(batch.size(), 2);
                assertThat(batch.y().shape().dims()).containsExactly(batch.size(), 1);
                n += batch.size();
                sum += batch.y().sum().item();
            }
            assertThat(n).isEqualTo(ROWS);
            double expected = points.agg(Map.of("y", "sum")).head().getDouble(0);
            assertThat(sum).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-3));
        }
        TensorDataset classes = SparkDataset.collect(points, o -> o.features("a").target("class"));
        assertThat(classes.tensors().get(1).dtype()).isEqualTo(Tensors.INT64);
        assertThat(classes.tensors().get(1).shape().dims()).containsExactly(ROWS);
    }

    /** Gradient descent on all rows is the same whether one process has them or two share them. */
    @Test
    void tasksTrainTogether() {
        List<List<Float>> weights =
                SparkDistributor.run(
                        points,
                        2,
                        task -> {
                            TensorDataset data = task.dataset(o -> o.features("a", "b", "more").target("y"));
                            return descend(data, task);
                        });
        assertThat(weights).hasSize(2);
        assertThat(weights.get(0)).isEqualTo(weights.get(1));
        List<Float> alone = descend(SparkDataset.collect(points, o -> o.features("a", "b", "more").target("y")), null);
        for (int i = 0; i < 5; i++) {
            assertThat(weights.get(0).get(i)).isCloseTo(alone.get(i), within(1e-4f));
        }
        // y = 2 a - 3 b + c + 0.5, where c and -c are both features
        assertThat(alone.get(0)).isCloseTo(2, within(0.02f));
        assertThat(alone.get(1)).isCloseTo(-3, within(0.02f));
        assertThat(alone.get(2) - alone.get(3)).isCloseTo(1, within(0.02f));
        assertThat(alone.get(4)).isCloseTo(0.5f, within(0.02f));
    }

    private static List<Float> descend(TensorDataset data, SparkTask task) {
        Linear line = new Linear(4, 1);
        Tensor weight = line.weight;
        Tensor bias = java.util.Objects.requireNonNull(line.bias);
        weight.detach().zero_();
        bias.detach().zero_();
        Layer net = task == null ? line : new DistributedDataParallel(line, task.group());
        var optimizer = new SGD(net.parameters(), 0.3);
        Tensor x = data.tensors().get(0);
        Tensor y = data.tensors().get(1);
        double mine = x.size(0);
        double all = task == null ? mine : task.group().sum(mine);
        double share = task == null ? 1 : mine * task.group().size() / all;
        for (int step = 0; step < 200; step++) {
            optimizer.zeroGrad();
            // the mean over the processes of the share is the mean over all rows
            Tensors.mseLoss(net.call(x), y).mul(share).backward();
            optimizer.step();
        }
        var found = new ArrayList<Float>();
        for (float w : weight.detach().reshape(-1).toFloatArray()) {
            found.add(w);
        }
        found.add((float) bias.detach().reshape(-1).get(0).item());
        return found;
    }

    @Test
    void tasksAreProcessesAndAFailureEndsAll() {
        List<Long> pids =
                SparkDistributor.run(
                        points,
                        2,
                        task -> {
                            Tensor ranks = Tensors.tensor(task.group().rank() + 1.0);
                            task.group().allReduce(ranks, ReduceOp.SUM);
                            if (ranks.item() != 3) {
                                throw new AssertionError(ranks.item());
                            }
                            return ProcessHandle.current().pid();
                        });
        Set<Long> different = new HashSet<>(pids);
        different.add(ProcessHandle.current().pid());
        assertThat(different).hasSize(3);
        assertThatThrownBy(() ->
                        SparkDistributor.run(
                                points,
                                2,
                                task -> {
                                    if (task.group().rank() == 1) {
                                        throw new IllegalStateException("no more memory");
                                    }
                                    task.group().barrier();
                                    return null;
                                }))
                .hasMessageContaining("no more memory");
        assertThatThrownBy(() -> SparkDistributor.run(points, 0, task -> null))
                .hasMessage("SparkDistributor: expected at least 1 process, got 0");
        assertThatThrownBy(() -> SparkDistributor.run(points, 5, task -> null)).hasMessageContaining("slots");
    }

    @Test
    void trialsRunOnExecutors() {
        long here = ProcessHandle.current().pid();
        SearchResult result =
                Search.random(new SearchSpace().uniform("x", -1, 1), 8, 3)
                        .parallel(2)
                        .minimize("loss")
                        .evaluate(SparkSearch.on(spark, trial -> scores(trial, here)));
        assertThat(result.results()).hasSize(8).allMatch(r -> r.failure() == null);
        double best = (Double) result.best().parameters().get("x");
        assertThat(result.results())
                .allMatch(r -> Math.abs((Double) r.parameters().get("x") - 0.25) >= Math.abs(best - 0.25));
    }

    private static Map<String, Double> scores(Trial trial, long driver) {
        if (ProcessHandle.current().pid() == driver) {
            throw new AssertionError("on the driver");
        }
        double d = trial.real("x") - 0.25;
        return Map.of("loss", d * d);
    }

    @Test
    void wrongColumnsAreNamed() {
        SparkModel model = SparkModel.of(network(), SparkTest::network);
        assertThatThrownBy(() -> Inference.predict(points, model, o -> o.features("z")))
                .hasMessageContaining("there is no column z; the data frame has [id, a, b, more, class, y]");
        assertThatThrownBy(() -> Inference.predict(points, model, o -> o.output("a")))
                .hasMessageContaining("column a already");
        assertThatThrownBy(() -> SparkDataset.stream(points, o -> {}))
                .hasMessageContaining("name the column to predict");
        assertThatThrownBy(() -> SparkDataset.stream(points, o -> o.features("a").target("more")))
                .hasMessageContaining("the target more is of type array<double>");
        Dataset<Row> texts = points.selectExpr("cast(a as string) as text", "y");
        assertThatThrownBy(() -> SparkDataset.collect(texts, o -> o.target("y")))
                .hasMessageContaining("the column text is of type string");
        Dataset<Row> holes = points.selectExpr("if(id = 7, null, a) as a", "y");
        assertThatThrownBy(() -> SparkDataset.collect(holes, o -> o.target("y")))
                .hasMessageContaining("the column a has a null in the row [null,");
        assertThatThrownBy(() -> SparkDataset.collect(points.limit(0), o -> o.features("a").target("y")))
                .hasMessageContaining("there are no rows");
        assertThatThrownBy(() -> SparkModel.of(network(), () -> new Linear(3, 1))).hasMessageContaining("weight");
    }

    @Test
    void hostsAreFoundInAddresses() {
        assertThat(SparkDistributor.host("10.0.0.1:35000")).isEqualTo("10.0.0.1");
        assertThat(SparkDistributor.host("worker-3")).isEqualTo("worker-3");
        assertThat(SparkDistributor.host("[fe80::1]:35000")).isEqualTo("fe80::1");
    }
}

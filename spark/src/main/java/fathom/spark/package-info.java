/**
 * Fathom on Apache Spark: the rows of a data frame as a data set ({@link fathom.spark.SparkDataset}), a trained model
 * on its partitions ({@link fathom.spark.Inference}), data parallel training by the tasks of a job ({@link
 * fathom.spark.SparkDistributor}), and trials of a search on executors ({@link fathom.spark.SparkSearch}).
 *
 * <p>Spark comes from the cluster, which needs JDK 25; Fathom's jars go to the executors by {@code spark-submit
 * --jars}, and {@code spark.executor.extraJavaOptions} should have {@code --add-modules jdk.incubator.vector
 * --enable-native-access=ALL-UNNAMED}.
 */
@org.jspecify.annotations.NullMarked
package fathom.spark;

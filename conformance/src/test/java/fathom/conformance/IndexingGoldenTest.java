package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Index;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Indexing, gather and scatter, creation; and their gradients. */
class IndexingGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("indexing", c -> c.checkWriting(t -> call(c, t), 1e-6, 1e-14));
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "get" -> {
                Tensor got = t[0].get(c.get("index"));
                assertThat(got.sharesStorageWith(t[0])).as("is a view").isTrue();
                yield got;
            }
            case "set" -> {
                Tensor copy = t[0].clone();
                copy.set(t[1], c.get("index"));
                yield copy;
            }
            case "index" -> t[0].get(indices(c));
            case "indexPut" -> {
                var list = new ArrayList<Tensor>();
                for (int i = 0; c.hasTensor("index" + i); i++) {
                    list.add(c.tensor("index" + i));
                }
                yield t[0].clone().indexPut_(list, t[1], c.getBoolean("accumulate"));
            }
            case "indexSelect" -> t[0].indexSelect(c.getInt("dim"), c.tensor("index"));
            case "indexAdd" -> t[0].indexAdd(c.getInt("dim"), c.tensor("index"), t[1]);
            case "indexFill" -> t[0].indexFill(c.getInt("dim"), c.tensor("index"), c.getDouble("value"));
            case "gather" -> t[0].gather(c.getInt("dim"), c.tensor("index"));
            case "scatter" -> t[0].scatter(c.getInt("dim"), c.tensor("index"), t[1]);
            case "scatterValue" -> t[0].scatter(c.getInt("dim"), c.tensor("index"), c.getDouble("value"));
            case "scatterAdd" -> t[0].scatterAdd(c.getInt("dim"), c.tensor("index"), t[1]);
            case "take" -> t[0].take(c.tensor("index"));
            case "takeAlongDim" -> t[0].takeAlongDim(c.tensor("index"), c.getInt("dim"));
            case "maskedFill" -> t[0].maskedFill(c.tensor("mask"), c.getDouble("value"));
            case "maskedSelect" -> t[0].maskedSelect(c.tensor("mask"));
            case "maskedScatter" -> t[0].maskedScatter(c.tensor("mask"), t[1]);
            case "nonzero" -> t[0].nonzero();
            case "whereMask" -> t[0].where(c.tensor("mask"), t[1]);
            case "arange" -> arange(c.get("args").split(","));
            case "linspace" -> {
                double[] a = c.getDoubles("args");
                yield Tensors.linspace(a[0], a[1], (long) a[2]);
            }
            case "eye" -> Tensors.eye(c.getInts("args")[0], c.getInts("args")[1], DType.FLOAT32);
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    /** Index tensors in the dimensions that the case names, full slices in the others. */
    private static Index[] indices(GoldenCase c) {
        int[] at = c.getInts("at");
        var indices = new Index[at[at.length - 1] + 1];
        for (int d = 0; d < indices.length; d++) {
            int dim = d;
            indices[d] = Arrays.stream(at).anyMatch(a -> a == dim) ? c.tensor("index" + d) : Tensors.all();
        }
        return indices;
    }

    private static Tensor arange(String[] a) {
        boolean whole = Stream.of(a).noneMatch(s -> s.contains("."));
        if (whole) {
            long[] n = Stream.of(a).mapToLong(Long::parseLong).toArray();
            return switch (n.length) {
                case 1 -> Tensors.arange(n[0]);
                case 2 -> Tensors.arange(n[0], n[1]);
                default -> Tensors.arange(n[0], n[1], n[2]);
            };
        }
        double[] n = Stream.of(a).mapToDouble(Double::parseDouble).toArray();
        return Tensors.arange(n[0], n[1], n[2]);
    }
}

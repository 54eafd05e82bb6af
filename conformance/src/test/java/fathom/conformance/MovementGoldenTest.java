package fathom.conformance;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.GoldenCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Views, joins and repetition, and their gradients. */
class MovementGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("movement", c -> c.check(t -> call(c, t), 0, 1e-14));
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "split" -> many(x.split(c.getInt("size"), c.getInt("dim")));
            case "splitSizes" -> many(x.split(c.getLongs("sizes"), c.getInt("dim")));
            case "chunk" -> many(x.chunk(c.getInt("chunks"), c.getInt("dim")));
            case "unbind" -> many(x.unbind(c.getInt("dim")));
            default -> new Tensor[] {one(c, t)};
        };
    }

    private static Tensor[] many(List<Tensor> list) {
        return list.toArray(Tensor[]::new);
    }

    private static Tensor one(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "reshape" -> x.reshape(c.getLongs("shape"));
            case "transposeReshape" -> x.transpose(0, 2).reshape(c.getLongs("shape"));
            case "flatten" -> x.flatten(c.getInt("start"), c.getInt("end"));
            case "unflatten" -> x.unflatten(c.getInt("dim"), c.getLongs("sizes"));
            case "squeeze" -> x.squeeze();
            case "squeezeDim" -> x.squeeze(c.getInt("dim"));
            case "unsqueeze" -> x.unsqueeze(c.getInt("dim"));
            case "transpose" -> x.transpose(c.getInt("dim0"), c.getInt("dim1"));
            case "permute" -> x.permute(c.getInts("dims"));
            case "t" -> x.t();
            case "movedim" -> x.movedim(c.getInt("source"), c.getInt("destination"));
            case "expand" -> x.expand(c.getLongs("shape"));
            case "narrow" -> x.narrow(c.getInt("dim"), c.getInt("start"), c.getInt("length"));
            case "select" -> x.select(c.getInt("dim"), c.getInt("index"));
            case "diagonal" -> x.diagonal(c.getInt("offset"), c.getInt("dim0"), c.getInt("dim1"));
            case "unfold" -> x.unfold(c.getInt("dim"), c.getInt("size"), c.getInt("step"));
            case "repeat" -> x.repeat(c.getLongs("repeats"));
            case "tile" -> x.tile(c.getLongs("repeats"));
            case "roll" -> x.roll(c.getInt("shift"), c.getInt("dim"));
            case "rollFlat" -> x.roll(c.getInt("shift"));
            case "flip" -> x.flip(c.getInts("dims"));
            case "repeatInterleave" -> x.repeatInterleave(c.getInt("repeats"), c.getInt("dim"));
            case "tril" -> x.tril(c.getInt("diagonal"));
            case "triu" -> x.triu(c.getInt("diagonal"));
            case "diag" -> x.diag(c.getInt("diagonal"));
            case "cat" -> Tensors.cat(List.of(t), c.getInt("dim"));
            case "stack" -> Tensors.stack(List.of(t), c.getInt("dim"));
            case "hstack" -> Tensors.hstack(List.of(t));
            case "vstack" -> Tensors.vstack(List.of(t));
            default -> throw new AssertionError("no movement is named " + c.op());
        };
    }

    @Test
    void rollAlongSeveralDimensionsIsOneRollAfterTheOther() {
        Tensor x = Tensors.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).permute(0, 2, 1, 3);
        Tensor y = x.roll(new long[] {-1, 7, 2, 1}, new int[] {1, -1, 1, 0});
        assertThat(y).isEqualToTensor(x.roll(1, 1).roll(2, 3).roll(1, 0));
        assertThat(x.roll(new long[] {4, 0}, new int[] {1, 2})).isEqualToTensor(x);
    }
}

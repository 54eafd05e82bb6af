package fathom.train;

import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;

/** A small problem that a small network learns: in which of three sectors a point lies. */
final class Fixture {
    private Fixture() {}

    static Layer net() {
        return new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 3));
    }

    static TensorDataset sectors(int n, long seed) {
        float[][] x = new float[n][2];
        long[] y = new long[n];
        var random = new java.util.Random(seed);
        for (int i = 0; i < n; i++) {
            double angle = random.nextDouble() * 3;
            y[i] = (long) angle;
            double radius = 0.5 + random.nextDouble();
            x[i][0] = (float) (radius * Math.cos(angle * 2 * Math.PI / 3));
            x[i][1] = (float) (radius * Math.sin(angle * 2 * Math.PI / 3));
        }
        return new TensorDataset(Tensors.tensor(x, Tensors.FLOAT32).keep(), Tensors.tensor(y).keep());
    }

    static DataLoader train() {
        return DataLoader.of(sectors(200, 1), 16).shuffle(true);
    }

    static DataLoader test() {
        return DataLoader.of(sectors(100, 2), 50);
    }

    /** All weights, one after another. */
    static float[] weights(Layer net) {
        return Tensors.cat(net.parameters().stream().map(p -> p.detach().reshape(-1)).toList(), 0).toFloatArray();
    }
}

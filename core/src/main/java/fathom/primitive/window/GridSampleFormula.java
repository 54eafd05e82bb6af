package fathom.primitive.window;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.GridSampleOptions.Mode;
import fathom.options.GridSampleOptions.PaddingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The gradients of {@link GridSample} composed of differentiable operations, for higher-order gradients. */
final class GridSampleFormula {
    /** One of the positions along an axis that contribute to each point: all {@code [N, points]}. */
    private record Tap(Tensor index, Tensor inside, Tensor weight, Tensor slope) {}

    private static final double A = -0.75;

    private final GridSample sample;
    private final long[] image;
    private final Tensor grid;
    private final long points;
    private final List<List<Tap>> axes = new ArrayList<>();

    GridSampleFormula(GridSample sample, long[] image, Tensor grid) {
        this.sample = sample;
        this.image = image;
        this.grid = grid;
        int count = image.length - 2;
        points = count == 0 ? 0 : grid.numel() / Math.max(1, image[0] * count);
        Tensor flat = grid.reshape(image[0], points, count);
        for (int a = 0; a < count; a++) {
            axes.add(taps(flat.select(2, a), image[image.length - 1 - a]));
        }
    }

    /** {@return the gradient of the image, given that of the samples} */
    Tensor byImage(Tensor given) {
        Tensor g = given.reshape(image[0], image[1], points);
        long pixels = Arrays.stream(image).skip(2).reduce(1, (a, b) -> a * b);
        Tensor[] sum = {Tensors.zeros(g.dtype(), image[0], image[1], pixels)};
        forEach(taps -> {
            Tensor weight = inside(taps).to(g.dtype());
            for (Tap t : taps) {
                weight = weight.mul(t.weight);
            }
            Tensor index = index(taps).unsqueeze(1).expand(image[0], image[1], points);
            sum[0] = sum[0].scatterAdd(2, index, g.mul(weight.unsqueeze(1)));
        });
        return sum[0].reshape(image);
    }

    /** {@return the gradient of the grid, given that of the samples} */
    Tensor byGrid(Tensor given, Tensor x) {
        Tensor g = given.reshape(image[0], image[1], points);
        Tensor flat = x.reshape(image[0], image[1], -1);
        var sums = new ArrayList<Tensor>();
        for (int a = 0; a < axes.size(); a++) {
            sums.add(Tensors.zeros(g.dtype(), image[0], points));
        }
        forEach(taps -> {
            Tensor index = index(taps).unsqueeze(1).expand(image[0], image[1], points);
            Tensor products = flat.gather(2, index).mul(g).sum(1).mul(inside(taps).to(g.dtype()));
            for (int a = 0; a < taps.size(); a++) {
                Tensor share = products;
                for (int b = 0; b < taps.size(); b++) {
                    share = share.mul(a == b ? taps.get(b).slope : taps.get(b).weight);
                }
                sums.set(a, sums.get(a).add(share));
            }
        });
        return Tensors.stack(sums, -1).reshape(grid.shape().dims());
    }

    /** The work for one combination of taps, one per axis. */
    private interface Body {
        void accept(List<Tap> taps);
    }

    private void forEach(Body body) {
        int combinations = axes.stream().mapToInt(List::size).reduce(1, (a, b) -> a * b);
        for (int i = 0; i < combinations; i++) {
            var taps = new ArrayList<Tap>();
            int rest = i;
            for (List<Tap> axis : axes) {
                taps.add(axis.get(rest % axis.size()));
                rest /= axis.size();
            }
            body.accept(taps);
        }
    }

    /** The index of a pixel in its channel. */
    private Tensor index(List<Tap> taps) {
        Tensor index = taps.getFirst().index;
        long stride = 1;
        for (int a = 1; a < taps.size(); a++) {
            stride *= image[image.length - a];
            index = index.add(taps.get(a).index.mul(stride));
        }
        return index;
    }

    private static Tensor inside(List<Tap> taps) {
        Tensor all = taps.getFirst().inside;
        for (Tap t : taps) {
            all = all.logicalAnd(t.inside);
        }
        return all;
    }

    private List<Tap> taps(Tensor given, long size) {
        double extent = sample.alignCorners() ? size - 1 : size;
        double low = sample.alignCorners() ? 0 : -0.5;
        Tensor isNan = given.isnan();
        Tensor place = given.where(isNan.logicalNot(), -1).add(1).mul(extent / 2).add(low);
        Tensor near = place.abs().le(GridAxis.MAX_POSITION).logicalAnd(isNan.logicalNot());
        place = place.where(near, place.detach().clamp(-GridAxis.MAX_POSITION, GridAxis.MAX_POSITION));
        Tensor rate = near.to(given.dtype()).mul(extent / 2);
        PaddingMode padding = sample.padding();
        if (sample.mode() != Mode.BICUBIC && padding != PaddingMode.ZEROS) {
            if (padding == PaddingMode.REFLECTION) {
                rate = rate.mul(reflectionSign(place.detach(), low, extent));
                place = reflected(place, low, extent);
            }
            Tensor within = place.gt(0).logicalAnd(place.lt(size - 1.0));
            rate = rate.mul(within.to(rate.dtype()));
            place = place.where(within, place.detach().clamp(0, size - 1.0));
        }
        if (sample.mode() == Mode.NEAREST) {
            Tensor one = Tensors.onesLike(place.detach());
            return List.of(tap(place.detach().round(), size, one, Tensors.zerosLike(one)));
        }
        Tensor floor = place.detach().floor();
        Tensor t = place.sub(floor);
        if (sample.mode() == Mode.BILINEAR) {
            return List.of(tap(floor, size, t.rsub(1), rate.neg()), tap(floor.add(1), size, t, rate));
        }
        var taps = new ArrayList<Tap>();
        for (int k = 0; k < 4; k++) {
            Tensor d = t.add(1 - k);
            Tensor distance = k < 2 ? d : d.neg();
            Tensor sign = k < 2 ? rate : rate.neg();
            Tensor there = floor.add(k - 1);
            there = padding == PaddingMode.REFLECTION ? reflected(there, low, extent) : there;
            there = padding != PaddingMode.ZEROS ? there.clamp(0, size - 1) : there;
            boolean inner = k == 1 || k == 2;
            taps.add(tap(there, size, cubic(distance, inner), cubicSlope(distance, inner).mul(sign)));
        }
        return taps;
    }

    private static Tap tap(Tensor place, long size, Tensor weight, Tensor slope) {
        Tensor inside = place.ge(0).logicalAnd(place.lt(size));
        return new Tap(place.clamp(0, size - 1).to(DType.INT64), inside, weight, slope);
    }

    private static Tensor reflected(Tensor place, double low, double extent) {
        if (extent == 0) {
            return place.detach().mul(0);
        }
        Tensor away = place.sub(low).abs();
        Tensor rest = away.sub(away.detach().div(2 * extent).trunc().mul(2 * extent));
        return rest.minimum(rest.rsub(2 * extent)).add(low);
    }

    private static Tensor reflectionSign(Tensor place, double low, double extent) {
        if (extent == 0) {
            return place.mul(0);
        }
        Tensor away = place.sub(low);
        Tensor odd = away.abs().div(extent).floor().remainder(2);
        Tensor sign = odd.mul(-2).add(1);
        return sign.neg().where(away.lt(0), sign);
    }

    private static Tensor cubic(Tensor d, boolean inner) {
        return inner
                ? d.mul(A + 2).sub(A + 3).mul(d).mul(d).add(1)
                : d.mul(A).sub(5 * A).mul(d).add(8 * A).mul(d).sub(4 * A);
    }

    private static Tensor cubicSlope(Tensor d, boolean inner) {
        return inner ? d.mul(3 * (A + 2)).sub(2 * (A + 3)).mul(d) : d.mul(3 * A).sub(10 * A).mul(d).add(8 * A);
    }
}

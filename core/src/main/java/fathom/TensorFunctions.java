package fathom;

import java.util.List;

/**
 * Static forms of methods that reduce, sort, multiply, reshape and pick, which have PyTorch's functions' names and
 * arguments, and settings of the tape. Part of {@link Tensors}.
 */
public abstract class TensorFunctions extends ElementwiseFunctions {
    TensorFunctions() {}

    /** As {@link Autograd#noGrad()}: {@code try (var off = noGrad()) { ... }}. */
    public static Autograd.Setting noGrad() {
        return Autograd.noGrad();
    }

    /** As {@link Autograd#enableGrad()}. */
    public static Autograd.Setting enableGrad() {
        return Autograd.enableGrad();
    }

    /** {@return whether operations on this thread are put on the tape} */
    public static boolean isGradEnabled() {
        return Autograd.isGradEnabled();
    }

    /** {@return {@link Tensor#softmax(int)} of x} */
    public static Tensor softmax(Tensor x, int dim) {
        return x.softmax(dim);
    }

    /** {@return {@link Tensor#softmax(int, DType)} of x} */
    public static Tensor softmax(Tensor x, int dim, DType dtype) {
        return x.softmax(dim, dtype);
    }

    /** {@return {@link Tensor#logSoftmax(int)} of x} */
    public static Tensor logSoftmax(Tensor x, int dim) {
        return x.logSoftmax(dim);
    }

    /** {@return {@link Tensor#logSoftmax(int, DType)} of x} */
    public static Tensor logSoftmax(Tensor x, int dim, DType dtype) {
        return x.logSoftmax(dim, dtype);
    }

    /** {@return {@link Tensor#sum()} of x} */
    public static Tensor sum(Tensor x) {
        return x.sum();
    }

    /** {@return {@link Tensor#sum(int)} of x} */
    public static Tensor sum(Tensor x, int dim) {
        return x.sum(dim);
    }

    /** {@return {@link Tensor#sum(int, KeepDim)} of x} */
    public static Tensor sum(Tensor x, int dim, KeepDim keep) {
        return x.sum(dim, keep);
    }

    /** {@return {@link Tensor#sum(int[])} of x} */
    public static Tensor sum(Tensor x, int[] dims) {
        return x.sum(dims);
    }

    /** {@return {@link Tensor#mean()} of x} */
    public static Tensor mean(Tensor x) {
        return x.mean();
    }

    /** {@return {@link Tensor#mean(int)} of x} */
    public static Tensor mean(Tensor x, int dim) {
        return x.mean(dim);
    }

    /** {@return {@link Tensor#mean(int, KeepDim)} of x} */
    public static Tensor mean(Tensor x, int dim, KeepDim keep) {
        return x.mean(dim, keep);
    }

    /** {@return {@link Tensor#mean(int[])} of x} */
    public static Tensor mean(Tensor x, int[] dims) {
        return x.mean(dims);
    }

    /** {@return {@link Tensor#std()} of x} */
    public static Tensor std(Tensor x) {
        return x.std();
    }

    /** {@return {@link Tensor#std(int)} of x} */
    public static Tensor std(Tensor x, int dim) {
        return x.std(dim);
    }

    /** {@return {@link Tensor#std(int, KeepDim)} of x} */
    public static Tensor std(Tensor x, int dim, KeepDim keep) {
        return x.std(dim, keep);
    }

    /** {@return {@link Tensor#std(int[])} of x} */
    public static Tensor std(Tensor x, int[] dims) {
        return x.std(dims);
    }

    /** {@return {@link Tensor#var()} of x} */
    public static Tensor var(Tensor x) {
        return x.var();
    }

    /** {@return {@link Tensor#var(int)} of x} */
    public static Tensor var(Tensor x, int dim) {
        return x.var(dim);
    }

    /** {@return {@link Tensor#var(int, KeepDim)} of x} */
    public static Tensor var(Tensor x, int dim, KeepDim keep) {
        return x.var(dim, keep);
    }

    /** {@return {@link Tensor#var(int[])} of x} */
    public static Tensor var(Tensor x, int[] dims) {
        return x.var(dims);
    }

    /** {@return {@link Tensor#prod()} of x} */
    public static Tensor prod(Tensor x) {
        return x.prod();
    }

    /** {@return {@link Tensor#prod(int)} of x} */
    public static Tensor prod(Tensor x, int dim) {
        return x.prod(dim);
    }

    /** {@return {@link Tensor#prod(int, KeepDim)} of x} */
    public static Tensor prod(Tensor x, int dim, KeepDim keep) {
        return x.prod(dim, keep);
    }

    /** {@return {@link Tensor#prod(int[])} of x} */
    public static Tensor prod(Tensor x, int[] dims) {
        return x.prod(dims);
    }

    /** {@return {@link Tensor#max()} of x} */
    public static Tensor max(Tensor x) {
        return x.max();
    }

    /** {@return {@link Tensor#max(int)} of x} */
    public static ValuesAndIndices max(Tensor x, int dim) {
        return x.max(dim);
    }

    /** {@return {@link Tensor#max(int, KeepDim)} of x} */
    public static ValuesAndIndices max(Tensor x, int dim, KeepDim keep) {
        return x.max(dim, keep);
    }

    /** {@return {@link Tensor#min()} of x} */
    public static Tensor min(Tensor x) {
        return x.min();
    }

    /** {@return {@link Tensor#min(int)} of x} */
    public static ValuesAndIndices min(Tensor x, int dim) {
        return x.min(dim);
    }

    /** {@return {@link Tensor#min(int, KeepDim)} of x} */
    public static ValuesAndIndices min(Tensor x, int dim, KeepDim keep) {
        return x.min(dim, keep);
    }

    /** {@return {@link Tensor#argmax()} of x} */
    public static Tensor argmax(Tensor x) {
        return x.argmax();
    }

    /** {@return {@link Tensor#argmax(int)} of x} */
    public static Tensor argmax(Tensor x, int dim) {
        return x.argmax(dim);
    }

    /** {@return {@link Tensor#argmax(int, KeepDim)} of x} */
    public static Tensor argmax(Tensor x, int dim, KeepDim keep) {
        return x.argmax(dim, keep);
    }

    /** {@return {@link Tensor#argmin()} of x} */
    public static Tensor argmin(Tensor x) {
        return x.argmin();
    }

    /** {@return {@link Tensor#argmin(int)} of x} */
    public static Tensor argmin(Tensor x, int dim) {
        return x.argmin(dim);
    }

    /** {@return {@link Tensor#argmin(int, KeepDim)} of x} */
    public static Tensor argmin(Tensor x, int dim, KeepDim keep) {
        return x.argmin(dim, keep);
    }

    /** {@return {@link Tensor#any()} of x} */
    public static Tensor any(Tensor x) {
        return x.any();
    }

    /** {@return {@link Tensor#any(int)} of x} */
    public static Tensor any(Tensor x, int dim) {
        return x.any(dim);
    }

    /** {@return {@link Tensor#any(int, KeepDim)} of x} */
    public static Tensor any(Tensor x, int dim, KeepDim keep) {
        return x.any(dim, keep);
    }

    /** {@return {@link Tensor#all()} of x} */
    public static Tensor all(Tensor x) {
        return x.all();
    }

    /** {@return {@link Tensor#all(int)} of x} */
    public static Tensor all(Tensor x, int dim) {
        return x.all(dim);
    }

    /** {@return {@link Tensor#all(int, KeepDim)} of x} */
    public static Tensor all(Tensor x, int dim, KeepDim keep) {
        return x.all(dim, keep);
    }

    /** {@return {@link Tensor#amax(int...)} of x} */
    public static Tensor amax(Tensor x, int... dims) {
        return x.amax(dims);
    }

    /** {@return {@link Tensor#amin(int...)} of x} */
    public static Tensor amin(Tensor x, int... dims) {
        return x.amin(dims);
    }

    /** {@return {@link Tensor#logsumexp(int)} of x} */
    public static Tensor logsumexp(Tensor x, int dim) {
        return x.logsumexp(dim);
    }

    /** {@return {@link Tensor#logsumexp(int, KeepDim)} of x} */
    public static Tensor logsumexp(Tensor x, int dim, KeepDim keep) {
        return x.logsumexp(dim, keep);
    }

    /** {@return {@link Tensor#norm()} of x} */
    public static Tensor norm(Tensor x) {
        return x.norm();
    }

    /** {@return {@link Tensor#norm(double)} of x} */
    public static Tensor norm(Tensor x, double p) {
        return x.norm(p);
    }

    /** {@return {@link Tensor#norm(double, int)} of x} */
    public static Tensor norm(Tensor x, double p, int dim) {
        return x.norm(p, dim);
    }

    /** {@return {@link Tensor#cumsum(int)} of x} */
    public static Tensor cumsum(Tensor x, int dim) {
        return x.cumsum(dim);
    }

    /** {@return {@link Tensor#cumprod(int)} of x} */
    public static Tensor cumprod(Tensor x, int dim) {
        return x.cumprod(dim);
    }

    /** {@return {@link Tensor#countNonzero()} of x} */
    public static Tensor countNonzero(Tensor x) {
        return x.countNonzero();
    }

    /** {@return {@link Tensor#median()} of x} */
    public static Tensor median(Tensor x) {
        return x.median();
    }

    /** {@return {@link Tensor#median(int)} of x} */
    public static ValuesAndIndices median(Tensor x, int dim) {
        return x.median(dim);
    }

    /** {@return {@link Tensor#sort()} of x} */
    public static ValuesAndIndices sort(Tensor x) {
        return x.sort();
    }

    /** {@return {@link Tensor#sort(int)} of x} */
    public static ValuesAndIndices sort(Tensor x, int dim) {
        return x.sort(dim);
    }

    /** {@return {@link Tensor#sort(int, boolean)} of x} */
    public static ValuesAndIndices sort(Tensor x, int dim, boolean descending) {
        return x.sort(dim, descending);
    }

    /** {@return {@link Tensor#argsort()} of x} */
    public static Tensor argsort(Tensor x) {
        return x.argsort();
    }

    /** {@return {@link Tensor#argsort(int)} of x} */
    public static Tensor argsort(Tensor x, int dim) {
        return x.argsort(dim);
    }

    /** {@return {@link Tensor#argsort(int, boolean)} of x} */
    public static Tensor argsort(Tensor x, int dim, boolean descending) {
        return x.argsort(dim, descending);
    }

    /** {@return {@link Tensor#topk(long)} of x} */
    public static ValuesAndIndices topk(Tensor x, long k) {
        return x.topk(k);
    }

    /** {@return {@link Tensor#topk(long, int)} of x} */
    public static ValuesAndIndices topk(Tensor x, long k, int dim) {
        return x.topk(k, dim);
    }

    /** {@return {@link Tensor#topk(long, int, boolean)} of x} */
    public static ValuesAndIndices topk(Tensor x, long k, int dim, boolean largest) {
        return x.topk(k, dim, largest);
    }

    /** {@return {@link Tensor#unique()} of x} */
    public static Tensor unique(Tensor x) {
        return x.unique();
    }

    /** {@return {@link Tensor#bincount()} of x} */
    public static Tensor bincount(Tensor x) {
        return x.bincount();
    }

    /** {@return {@link Tensor#nonzero()} of x} */
    public static Tensor nonzero(Tensor x) {
        return x.nonzero();
    }

    /** {@return {@link Tensor#matmul(Tensor)} of x} */
    public static Tensor matmul(Tensor x, Tensor other) {
        return x.matmul(other);
    }

    /** {@return {@link Tensor#mm(Tensor)} of x} */
    public static Tensor mm(Tensor x, Tensor other) {
        return x.mm(other);
    }

    /** {@return {@link Tensor#bmm(Tensor)} of x} */
    public static Tensor bmm(Tensor x, Tensor other) {
        return x.bmm(other);
    }

    /** {@return {@link Tensor#mv(Tensor)} of x} */
    public static Tensor mv(Tensor x, Tensor vector) {
        return x.mv(vector);
    }

    /** {@return {@link Tensor#dot(Tensor)} of x} */
    public static Tensor dot(Tensor x, Tensor other) {
        return x.dot(other);
    }

    /** {@return {@link Tensor#outer(Tensor)} of x} */
    public static Tensor outer(Tensor x, Tensor other) {
        return x.outer(other);
    }

    /** {@return {@link Tensor#kron(Tensor)} of x} */
    public static Tensor kron(Tensor x, Tensor other) {
        return x.kron(other);
    }

    /** {@return {@link Tensor#addmm(Tensor, Tensor)} of x} */
    public static Tensor addmm(Tensor x, Tensor a, Tensor b) {
        return x.addmm(a, b);
    }

    /** {@return {@link Tensor#cross(Tensor)} of x} */
    public static Tensor cross(Tensor x, Tensor other) {
        return x.cross(other);
    }

    /** {@return {@link Tensor#cross(Tensor, int)} of x} */
    public static Tensor cross(Tensor x, Tensor other, int dim) {
        return x.cross(other, dim);
    }

    /** {@return {@link Tensor#tril()} of x} */
    public static Tensor tril(Tensor x) {
        return x.tril();
    }

    /** {@return {@link Tensor#tril(long)} of x} */
    public static Tensor tril(Tensor x, long diagonal) {
        return x.tril(diagonal);
    }

    /** {@return {@link Tensor#triu()} of x} */
    public static Tensor triu(Tensor x) {
        return x.triu();
    }

    /** {@return {@link Tensor#triu(long)} of x} */
    public static Tensor triu(Tensor x, long diagonal) {
        return x.triu(diagonal);
    }

    /** {@return {@link Tensor#diag()} of x} */
    public static Tensor diag(Tensor x) {
        return x.diag();
    }

    /** {@return {@link Tensor#diag(long)} of x} */
    public static Tensor diag(Tensor x, long diagonal) {
        return x.diag(diagonal);
    }

    /** {@return {@link Tensor#trace()} of x} */
    public static Tensor trace(Tensor x) {
        return x.trace();
    }

    /** {@return {@link Tensor#reshape(long...)} of x} */
    public static Tensor reshape(Tensor x, long... shape) {
        return x.reshape(shape);
    }

    /** {@return {@link Tensor#flatten()} of x} */
    public static Tensor flatten(Tensor x) {
        return x.flatten();
    }

    /** {@return {@link Tensor#flatten(int)} of x} */
    public static Tensor flatten(Tensor x, int startDim) {
        return x.flatten(startDim);
    }

    /** {@return {@link Tensor#flatten(int, int)} of x} */
    public static Tensor flatten(Tensor x, int startDim, int endDim) {
        return x.flatten(startDim, endDim);
    }

    /** {@return {@link Tensor#squeeze()} of x} */
    public static Tensor squeeze(Tensor x) {
        return x.squeeze();
    }

    /** {@return {@link Tensor#squeeze(int)} of x} */
    public static Tensor squeeze(Tensor x, int dim) {
        return x.squeeze(dim);
    }

    /** {@return {@link Tensor#unsqueeze(int)} of x} */
    public static Tensor unsqueeze(Tensor x, int dim) {
        return x.unsqueeze(dim);
    }

    /** {@return {@link Tensor#transpose(int, int)} of x} */
    public static Tensor transpose(Tensor x, int a, int b) {
        return x.transpose(a, b);
    }

    /** {@return {@link Tensor#permute(int...)} of x} */
    public static Tensor permute(Tensor x, int... order) {
        return x.permute(order);
    }

    /** {@return {@link Tensor#movedim(int, int)} of x} */
    public static Tensor movedim(Tensor x, int from, int to) {
        return x.movedim(from, to);
    }

    /** {@return {@link Tensor#broadcastTo(long...)} of x} */
    public static Tensor broadcastTo(Tensor x, long... shape) {
        return x.broadcastTo(shape);
    }

    /** {@return {@link Tensor#flip(int...)} of x} */
    public static Tensor flip(Tensor x, int... dims) {
        return x.flip(dims);
    }

    /** {@return {@link Tensor#roll(long)} of x} */
    public static Tensor roll(Tensor x, long shift) {
        return x.roll(shift);
    }

    /** {@return {@link Tensor#roll(long, int)} of x} */
    public static Tensor roll(Tensor x, long shift, int dim) {
        return x.roll(shift, dim);
    }

    /** {@return {@link Tensor#tile(long...)} of x} */
    public static Tensor tile(Tensor x, long... times) {
        return x.tile(times);
    }

    /** {@return {@link Tensor#narrow(int, long, long)} of x} */
    public static Tensor narrow(Tensor x, int dim, long start, long length) {
        return x.narrow(dim, start, length);
    }

    /** {@return {@link Tensor#select(int, long)} of x} */
    public static Tensor select(Tensor x, int dim, long index) {
        return x.select(dim, index);
    }

    /** {@return {@link Tensor#split(long)} of x} */
    public static List<Tensor> split(Tensor x, long size) {
        return x.split(size);
    }

    /** {@return {@link Tensor#split(long, int)} of x} */
    public static List<Tensor> split(Tensor x, long size, int dim) {
        return x.split(size, dim);
    }

    /** {@return {@link Tensor#split(long[], int)} of x} */
    public static List<Tensor> split(Tensor x, long[] sizes, int dim) {
        return x.split(sizes, dim);
    }

    /** {@return {@link Tensor#chunk(int)} of x} */
    public static List<Tensor> chunk(Tensor x, int chunks) {
        return x.chunk(chunks);
    }

    /** {@return {@link Tensor#chunk(int, int)} of x} */
    public static List<Tensor> chunk(Tensor x, int chunks, int dim) {
        return x.chunk(chunks, dim);
    }

    /** {@return {@link Tensor#unbind()} of x} */
    public static List<Tensor> unbind(Tensor x) {
        return x.unbind();
    }

    /** {@return {@link Tensor#unbind(int)} of x} */
    public static List<Tensor> unbind(Tensor x, int dim) {
        return x.unbind(dim);
    }

    /** {@return {@link Tensor#gather(int, Tensor)} of x} */
    public static Tensor gather(Tensor x, int dim, Tensor index) {
        return x.gather(dim, index);
    }

    /** {@return {@link Tensor#scatter(int, Tensor, Tensor)} of x} */
    public static Tensor scatter(Tensor x, int dim, Tensor index, Tensor src) {
        return x.scatter(dim, index, src);
    }

    /** {@return {@link Tensor#scatterAdd(int, Tensor, Tensor)} of x} */
    public static Tensor scatterAdd(Tensor x, int dim, Tensor index, Tensor src) {
        return x.scatterAdd(dim, index, src);
    }

    /** {@return {@link Tensor#indexSelect(int, Tensor)} of x} */
    public static Tensor indexSelect(Tensor x, int dim, Tensor index) {
        return x.indexSelect(dim, index);
    }

    /** {@return {@link Tensor#take(Tensor)} of x} */
    public static Tensor take(Tensor x, Tensor index) {
        return x.take(index);
    }

    /** {@return {@link Tensor#takeAlongDim(Tensor)} of x} */
    public static Tensor takeAlongDim(Tensor x, Tensor index) {
        return x.takeAlongDim(index);
    }

    /** {@return {@link Tensor#takeAlongDim(Tensor, int)} of x} */
    public static Tensor takeAlongDim(Tensor x, Tensor index, int dim) {
        return x.takeAlongDim(index, dim);
    }

    /** {@return {@link Tensor#maskedFill(Tensor, Number)} of x} */
    public static Tensor maskedFill(Tensor x, Tensor mask, Number value) {
        return x.maskedFill(mask, value);
    }

    /** {@return {@link Tensor#maskedFill(Tensor, Tensor)} of x} */
    public static Tensor maskedFill(Tensor x, Tensor mask, Tensor value) {
        return x.maskedFill(mask, value);
    }

    /** {@return {@link Tensor#maskedSelect(Tensor)} of x} */
    public static Tensor maskedSelect(Tensor x, Tensor mask) {
        return x.maskedSelect(mask);
    }

    /** {@return {@link Tensor#repeatInterleave(long)} of x} */
    public static Tensor repeatInterleave(Tensor x, long times) {
        return x.repeatInterleave(times);
    }

    /** {@return {@link Tensor#repeatInterleave(long, int)} of x} */
    public static Tensor repeatInterleave(Tensor x, long times, int dim) {
        return x.repeatInterleave(times, dim);
    }

    /** {@return {@link Tensor#repeatInterleave(Tensor)} of x} */
    public static Tensor repeatInterleave(Tensor x, Tensor repeats) {
        return x.repeatInterleave(repeats);
    }

    /** {@return {@link Tensor#repeatInterleave(Tensor, int)} of x} */
    public static Tensor repeatInterleave(Tensor x, Tensor repeats, int dim) {
        return x.repeatInterleave(repeats, dim);
    }

    /** {@return {@link Tensor#repeatInterleave(Tensor, int, long)} of x} */
    public static Tensor repeatInterleave(Tensor x, Tensor repeats, int dim, long outputSize) {
        return x.repeatInterleave(repeats, dim, outputSize);
    }

    /**
     * 0 as often as the first number says, then 1 as often as the second says, ...; to repeat the elements of a tensor
     * see {@link #repeatInterleave(Tensor, Tensor, int)}. The sum is read from memory, which ends the capture of a
     * step.
     *
     * @param repeats of an integer type, {@code [n]}, not negative
     * @return int64, of as many elements as the repeats add up to
     * @throws IllegalArgumentException if repeats have another shape or type, or one is negative
     */
    public static Tensor repeatInterleave(Tensor repeats) {
        return Repeats.index(repeats, -1);
    }

    /** {@return {@link #multinomial(Tensor, long, boolean)} without replacement} */
    public static Tensor multinomial(Tensor weights, long samples) {
        return RandomCreation.multinomial(weights, samples, false);
    }

    /** {@return {@link #meshgrid(List, String)} with indexing {@code "ij"}} */
    public static List<Tensor> meshgrid(Tensor... tensors) {
        return meshgrid(List.of(tensors), "ij");
    }

    /** {@return {@link #meshgrid(List, String)} with indexing {@code "ij"}} */
    public static List<Tensor> meshgrid(List<Tensor> tensors) {
        return meshgrid(tensors, "ij");
    }

    /**
     * The coordinates of the points of a grid: one tensor per axis, each of the grid's shape; views.
     *
     * @param tensors the coordinates along each axis, of one type: {@code [n]}, or {@code []} for one point
     * @param indexing {@code "ij"}: the grid's dimension i is axis i; {@code "xy"}: the first two are exchanged
     * @throws IllegalArgumentException if there are no tensors, one has more than one dimension, types differ, or the
     *     indexing is another
     */
    public static List<Tensor> meshgrid(List<Tensor> tensors, String indexing) {
        return Meshgrid.of(tensors, indexing);
    }
}

//! Small square matrices: the inverse that Newton's steps and standard errors need.

/// A vector.
pub(super) type Vector<const N: usize> = [f64; N];
/// A square matrix by rows.
pub(super) type Matrix<const N: usize> = [[f64; N]; N];

/// Below this a pivot is taken for zero, beside the largest of its matrix.
const PIVOT_MIN: f64 = 1e-12;

/// The inverse, by elimination with the largest pivot; none where there is none.
pub(super) fn inverse<const N: usize>(mut left: Matrix<N>) -> Option<Matrix<N>> {
    let mut right: Matrix<N> =
        std::array::from_fn(|row| std::array::from_fn(|at| if row == at { 1.0 } else { 0.0 }));
    let largest = left.iter().flatten().fold(0.0_f64, |most, cell| most.max(cell.abs()));
    for at in 0..N {
        let pivot = (at..N).max_by(|a, b| left[*a][at].abs().total_cmp(&left[*b][at].abs()))?;
        left.swap(at, pivot);
        right.swap(at, pivot);
        let scale = left[at][at];
        if scale.is_nan() || scale.abs() <= PIVOT_MIN * largest {
            return None;
        }
        for cell in left[at].iter_mut().chain(&mut right[at]) {
            *cell /= scale;
        }
        let (lead_left, lead_right) = (left[at], right[at]);
        for row in (0..N).filter(|row| *row != at) {
            let factor = left[row][at];
            subtract(&mut left[row], &lead_left, factor);
            subtract(&mut right[row], &lead_right, factor);
        }
    }
    Some(right)
}

fn subtract<const N: usize>(from: &mut Vector<N>, what: &Vector<N>, factor: f64) {
    for (cell, other) in from.iter_mut().zip(what) {
        *cell -= factor * other;
    }
}

/// The product of a matrix and a vector.
pub(super) fn times<const N: usize>(matrix: &Matrix<N>, vector: &Vector<N>) -> Vector<N> {
    std::array::from_fn(|row| dot(&matrix[row], vector))
}

/// The inner product.
pub(super) fn dot<const N: usize>(left: &Vector<N>, right: &Vector<N>) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// Adds `weight` times the outer product of a vector with itself.
pub(super) fn add_outer<const N: usize>(to: &mut Matrix<N>, vector: &Vector<N>, weight: f64) {
    for (row, left) in to.iter_mut().zip(vector) {
        for (cell, right) in row.iter_mut().zip(vector) {
            *cell += weight * left * right;
        }
    }
}

/// Adds `weight` times a vector.
pub(super) fn add<const N: usize>(to: &mut Vector<N>, vector: &Vector<N>, weight: f64) {
    for (cell, other) in to.iter_mut().zip(vector) {
        *cell += weight * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let matrix = [[0.0, 2.0, 1.0], [3.0, 1.0, 0.0], [1.0, 1.0, 4.0]];
        let back = inverse(matrix).unwrap();
        for (at, row) in matrix.iter().enumerate() {
            let columns = (0..3).map(|other| [back[0][other], back[1][other], back[2][other]]);
            for (other, column) in columns.enumerate() {
                let expected = f64::from(u8::from(at == other));
                assert!((dot(row, &column) - expected).abs() < 1e-12);
            }
        }
        assert!(inverse([[1.0, 2.0], [2.0, 4.0]]).is_none());
    }
}
